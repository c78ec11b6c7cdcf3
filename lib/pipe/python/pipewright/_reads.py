"""Which files a stage opened to read, and which of them decide its outputs although nobody declared them."""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from typing import Any, Dict, Iterator, List, Mapping, Set

_SYSTEM = [
    f"/{name}"
    for name in (
        *("proc", "sys", "dev", "etc", "run", "usr", "bin", "sbin", "lib", "lib32", "lib64", "opt", "nix"),
        *("System", "Library", "private/etc", "private/tmp", "private/var", "tmp"),
    )
]


class ReadWatch:
    """Hears of every file that this process opens; what native libraries and other programs read is not seen."""

    def __init__(self) -> None:
        self._opened: Dict[str, None] = {}
        self._made: Set[str] = set()
        self._on = True
        sys.addaudithook(self._hear)

    def __enter__(self) -> ReadWatch:
        return self

    def __exit__(self, *_: object) -> None:
        self._on = False

    def _hear(self, event: str, arguments: Any) -> None:
        if not self._on or event not in ("open", "os.listdir", "os.scandir", "os.rename"):
            return
        path = arguments[1] if event == "os.rename" else arguments[0]
        name = _absolute(path)
        # Python itself lists directories to find modules: which of them counts is known by the code's digest.
        if name is None or (event == "os.listdir" and _is_import(sys._getframe(1))):
            return
        if event == "os.rename":
            self._made.add(name)
        elif event != "open" or _reads(arguments[1], arguments[2]):
            if name not in self._made:
                self._opened[name] = None
        elif _makes(arguments[1], arguments[2]):
            self._made.add(name)

    def undeclared(self, request: Mapping[str, Any], project: str, sources: Set[str]) -> List[str]:
        """Absolute paths; a directory ends in a slash."""
        files = {file["path"] for held in request["inputs"].values() for file in held}
        inside = [*request["directories"], *(os.path.dirname(path) for path in request["outputs"].values())]
        own = [*_python_places(), os.path.dirname(os.path.abspath(__file__)), os.path.join(project, "cache")]
        elsewhere = [*_SYSTEM, tempfile.gettempdir()]
        real = {os.path.realpath(path) for path in files}
        found = []
        for path in self._opened:
            if path in files or _is_code(path, sources) or any(_within(path, place) for place in [*inside, *own]):
                continue
            if not _within(path, project) and any(_within(path, place) for place in elsewhere):
                continue
            if os.path.realpath(path) in real or not (os.path.isfile(path) or os.path.isdir(path)):
                continue
            found.append(f"{path}/" if os.path.isdir(path) and path != "/" else path)
        return found


def _absolute(path: Any) -> Any:
    if isinstance(path, (str, bytes, os.PathLike)):
        return os.path.abspath(os.fsdecode(path))
    # `os.listdir()` without a path; the number of an open file is none.
    return os.getcwd() if path is None else None


def _is_import(frame: Any) -> bool:
    return "importlib" in frame.f_code.co_filename


def _reads(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return "w" not in mode and "a" not in mode and "x" not in mode
    return isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_TRUNC | os.O_EXCL)


def _makes(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return "w" in mode or "x" in mode
    return isinstance(flags, int) and bool(flags & (os.O_TRUNC | os.O_EXCL))


def _python_places() -> Iterator[str]:
    yield from {path for path in sysconfig.get_paths().values() if path not in ("", "/", "/usr")}
    for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix):
        if prefix not in ("/", "/usr"):
            yield prefix


def _is_code(path: str, sources: Set[str]) -> bool:
    """A followed source; a directory that was listed to find modules is told by being on the path."""
    if os.path.realpath(path) in sources or "__pycache__" in path:
        return True
    if "/site-packages/" in path or "/dist-packages/" in path:
        return True
    return False


def _within(path: str, place: str) -> bool:
    return path == place or path.startswith(place + os.sep)
