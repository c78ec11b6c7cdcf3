"""Which distributions are installed, and what belongs to one."""

from __future__ import annotations

import importlib.metadata
import os
import site
from typing import Any, Dict, List, Optional, Set

_SAID = ("METADATA", "PKG-INFO", "top_level.txt", "RECORD", "SOURCES.txt")
_INSTALLED = ("site-packages", "dist-packages")


class Distributions:
    """Which distribution an installed module comes from."""

    def __init__(self) -> None:
        self._named: Optional[Dict[str, List[Any]]] = None

    def of(self, module: str, origin: Optional[str]) -> List[Any]:
        """All that have the module's first part; of several, those that hold the file."""
        if self._named is None:
            self._named = self._read()
        found = self._named.get(module.split(".")[0], [])
        if len(found) < 2 or origin is None:
            return found
        real = os.path.realpath(origin)
        holding = [each for each in found if any(os.path.realpath(each.locate_file(file)) == real for file in each.files or [])]
        return holding or found

    @staticmethod
    def _read() -> Dict[str, List[Any]]:
        named: Dict[str, List[Any]] = {}
        seen: Set[str] = set()
        for each in filter(_is_readable, importlib.metadata.distributions()):
            name = each.metadata["Name"]
            # The first on the path is the one that is imported.
            if name is None or name.lower() in seen:
                continue
            seen.add(name.lower())
            listed = (each.read_text("top_level.txt") or "").split()
            tops = listed or {_top(str(file)) for file in each.files or []}
            for top in tops:
                named.setdefault(top, []).append(each)
        return named


def _top(file: str) -> str:
    first = file.split("/")[0]
    return first if "/" in file else first.split(".")[0]


def _is_readable(each: Any) -> bool:
    """Whether what a distribution says of itself are files."""
    place = getattr(each, "_path", None)
    if place is None:
        return True
    known = [str(place), *(os.path.join(place, name) for name in _SAID)]
    return all(os.path.isfile(path) or os.path.isdir(path) or not os.path.exists(path) for path in known)


def is_installed(path: str) -> bool:
    """Whether a file lies where packages are installed."""
    parts = path.split(os.sep)
    return any(name in parts for name in _INSTALLED) or path.startswith(str(site.getusersitepackages()) + os.sep)
