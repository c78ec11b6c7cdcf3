"""Where a script's imports are looked for; the tracer and the worker agree by asking here."""

from __future__ import annotations

import os
import sys
from typing import List, Tuple

OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The directory that holds this package, as the engine ships it."""


def stage_place(script: str, project: str) -> Tuple[str, List[str]]:
    """The name a stage's module has, and what goes before the interpreter's own path.

    A script in a package (directories with `__init__.py`) is a part of that; any other stands alone.
    """
    base, parts = os.path.dirname(script), [os.path.splitext(os.path.basename(script))[0]]
    while os.path.isfile(os.path.join(base, "__init__.py")) and base != os.path.dirname(base):
        parts.insert(0, os.path.basename(base))
        base = os.path.dirname(base)
    return ".".join(parts), project_path(base, project)


def project_path(first: str, project: str) -> List[str]:
    """That directory, the project, and its `src` where there is one."""
    source = os.path.join(project, "src")
    places = [first, project, *([source] if os.path.isdir(source) else [])]
    return list(dict.fromkeys(places))


def interpreter_path() -> List[str]:
    """What the interpreter looks through by itself: without this package's place and the current directory."""
    return [place for place in sys.path if place not in ("", OWN)]
