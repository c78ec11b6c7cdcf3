"""Which files a script runs, by their meaning, and which installed distributions: without running any of it."""

from __future__ import annotations

import errno
import importlib
import importlib.machinery
import json
import os
import pkgutil
import platform
import sys
import sysconfig
from typing import Any, Dict, Iterator, List, Mapping, Optional, Set, Tuple

from ._distributions import Distributions, is_installed
from ._paths import OWN, interpreter_path, project_path, stage_place
from ._source import Source, absolute_imports, digest, read_source

_STANDARD = {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib")}


class Trace:
    """One walk from entries through all that they import."""

    def __init__(self, request: Mapping[str, Any], distributions: Distributions) -> None:
        self.project: str = request["project"]
        self.distributions = distributions
        self.files: Dict[str, Tuple[str, Source]] = {}
        self.packages: Dict[str, str] = {}
        self.watched: Dict[str, None] = {}
        self.names: Dict[str, Set[str]] = {}
        self.warnings: List[str] = []
        self.problem: Optional[str] = None
        self.queue: List[Tuple[str, str, str]] = []
        self.tried: Set[str] = set()
        self.path: List[str] = []
        self.first: List[str] = list(request["path"])

    def follow(self, entry: Mapping[str, str]) -> None:
        """Everything that one entry reaches, with the search path that it has."""
        self.tried = set()
        kind, name = entry["kind"], entry["name"]
        if kind == "module":
            self._begin([entry["cwd"]])
            self._main_module(name, entry["cwd"])
        else:
            script = os.path.join(self.project, name)
            module, before = stage_place(script, self.project)
            if kind == "script":
                module, before = "__main__", [os.path.dirname(script)]
            elif kind == "source":
                module, before = "__main__", project_path(os.path.dirname(script), self.project)
            self._begin(before)
            if "." in module:
                self._import(module.rpartition(".")[0])
            self._add(script, module, module.rpartition(".")[0])
        while self.queue:
            path, module, package = self.queue.pop()
            self._visit(path, module, package)

    def _begin(self, before: List[str]) -> None:
        self.path = [*before, *self.first, *interpreter_path()]
        for place in filter(is_installed, self.path):
            self._watch_paths(place)

    def _main_module(self, name: str, cwd: str) -> None:
        spec = self._find(name)
        if spec is not None and spec.submodule_search_locations is not None:
            name = f"{name}.__main__"
            spec = self._find(name)
        if spec is None or spec.origin is None or not self._followed(spec.origin):
            # An installed tool, `python -m pytest`: its version counts.
            self._import(name)
            return
        self._import(name.rpartition(".")[0])
        self._add(spec.origin, "__main__", name.rpartition(".")[0])

    def _add(self, path: str, module: str, package: str) -> None:
        if path in self.files:
            return
        try:
            data = _read(path)
        except OSError as error:
            self.problem = self.problem or f"{self._shown(path)}: {error.strerror}"
            return
        compiled = not path.endswith(".py") and os.path.splitext(path)[1] in (".so", ".pyd", ".pyc")
        source = Source(digest(data), digest(data)) if compiled else read_source(path, data)
        self.files[path] = (module, source)
        if source.problem is not None:
            self.problem = self.problem or f"{self._shown(path)}:{source.problem}"
        self.queue.append((path, module, package))

    def _visit(self, path: str, module: str, package: str) -> None:
        source = self.files[path][1]
        for front, place in source.added:
            where = os.path.normpath(os.path.join(self.project, place))
            if where not in self.path:
                self.path.insert(0 if front else len(self.path), where)
        for script in source.scripts:
            self._add(os.path.normpath(os.path.join(self.project, script)), "__main__", "")
        for line, name in source.unknown:
            what = "where imports are looked for" if name.startswith("sys.path") else "what is loaded"
            self.warnings.append(f"{self._shown(path)}:{line}: {what} by `{name}` is not known before it runs")
        for name, required, names in absolute_imports(source, package):
            self._import(name)
            taken = names
            if names == ("*",):
                taken = tuple(self._exported(name))
            for each in taken:
                self._import(f"{name}.{each}" if name else each, optional=True)

    def _exported(self, name: str) -> List[str]:
        spec = self._find(name)
        held = self.files.get(spec.origin or "") if spec is not None else None
        return [] if held is None else held[1].exported

    def _import(self, name: str, optional: bool = False) -> None:
        """The module and the packages around it; `optional` is a name that may be no module at all."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            self._one(".".join(parts[:end]), optional and end == len(parts))

    def _one(self, name: str, optional: bool) -> None:
        top = name.split(".")[0]
        if top == "pipewright":
            self.packages[top] = _own_version()
            return
        if name == "" or name in self.tried:
            return
        self.tried.add(name)
        spec = self._find(name)
        if spec is None:
            self._watch_names(name, self._own_places(name))
            if not optional and "." not in name and name not in sys.builtin_module_names:
                self._watch_names(name, self.path)
                self.packages.setdefault(name, "not installed")
            return
        origin = spec.origin
        if origin not in ("built-in", "frozen"):
            self._watch_names(name, self._up_to(spec, self._own_places(name)))
        if origin is None:
            return
        if self._followed(origin):
            package = name if spec.submodule_search_locations is not None else name.rpartition(".")[0]
            self._add(origin, name, package)
        elif is_installed(origin):
            self._version(name, origin)

    def _own_places(self, name: str) -> List[str]:
        """Where a module of this name may come to be found, but for what is installed."""
        parent = name.rpartition(".")[0]
        above = self._find(parent) if parent else None
        locations = above.submodule_search_locations if above is not None else None
        places = list(locations or []) if parent else self.path
        return [place for place in places if not is_installed(place) and not self._standard(place)]

    def _version(self, name: str, origin: str) -> None:
        for each in self.distributions.of(name, origin):
            self.packages[each.metadata["Name"]] = each.version
            place = getattr(each, "_path", None)
            for file in ("METADATA", "PKG-INFO"):
                if place is not None and os.path.isfile(os.path.join(place, file)):
                    self.watched[os.path.join(place, file)] = None

    @staticmethod
    def _up_to(spec: importlib.machinery.ModuleSpec, places: List[str]) -> List[str]:
        """Those in which another would be taken first: also where it lies itself, for a package goes before a file."""
        place = os.path.dirname(spec.origin) if spec.origin and os.path.isabs(spec.origin) else ""
        if spec.submodule_search_locations is not None:
            place = os.path.dirname(place)
        return places[: places.index(place) + 1] if place in places else places

    def _watch_names(self, name: str, places: List[str]) -> None:
        """Whatever its kind: source, compiled, an extension, a package or a part of a namespace."""
        last = name.rpartition(".")[2]
        for place in places:
            self.names.setdefault(place, set()).add(last)
            inside = os.path.join(place, last)
            if os.path.isdir(inside):
                self.names.setdefault(inside, set()).add("__init__")

    def _watch_paths(self, place: str) -> None:
        """Files of what is installed that add to the path."""
        self.names.setdefault(place, set()).add("*.pth")
        for file in sorted(os.listdir(place)) if os.path.isdir(place) else []:
            if file.endswith(".pth"):
                self.watched[os.path.join(place, file)] = None

    def _find(self, name: str) -> Optional[importlib.machinery.ModuleSpec]:
        """Where it would be loaded from; nothing of it is run."""
        parent, _, _ = name.rpartition(".")
        places = self.path
        if parent:
            above = self._find(parent)
            locations = above.submodule_search_locations if above is not None else None
            if locations is None:
                return None
            places = list(locations)
        for finder in sys.meta_path:
            try:
                if finder is importlib.machinery.PathFinder:
                    spec = _on_path(name, places)
                else:
                    spec = finder.find_spec(name, places if parent else None, None)
            except (ImportError, AttributeError, ValueError):
                spec = None
            if spec is not None:
                return spec
        return None

    def _followed(self, origin: Optional[str]) -> bool:
        """Neither the interpreter's nor installed: somebody's source, of this project or one beside it."""
        if origin is None or not os.path.isabs(origin) or origin.startswith(OWN + os.sep):
            return False
        return not is_installed(origin) and not self._standard(origin)

    @staticmethod
    def _standard(origin: str) -> bool:
        return any(origin == place or origin.startswith(place + os.sep) for place in _STANDARD) or origin.endswith(".zip")

    def _shown(self, path: str) -> str:
        inside = path.startswith(self.project + os.sep)
        return os.path.relpath(path, self.project) if inside else path

    def answer(self) -> Dict[str, Any]:
        """What the engine keeps."""
        files = [
            {"path": self._shown(path), "module": module, "text": held.text, "meaning": held.meaning, "parts": held.parts}
            for path, (module, held) in sorted(self.files.items())
        ]
        return {
            "files": files,
            "packages": dict(sorted(self.packages.items())),
            "watched": [self._shown(path) for path in self.watched if path not in self.files],
            "names": [[self._shown(place), *sorted(names)] for place, names in sorted(self.names.items())],
            "warnings": list(dict.fromkeys(self.warnings)),
            "problem": self.problem,
        }


def _on_path(name: str, places: List[str]) -> Optional[importlib.machinery.ModuleSpec]:
    """As Python's own finder, which for the parts of a namespace would ask for modules that are not loaded here."""
    portions: List[str] = []
    for place in places:
        finder = pkgutil.get_importer(place)
        spec = finder.find_spec(name) if finder is not None else None
        if spec is None:
            continue
        if spec.loader is not None:
            return spec
        portions += spec.submodule_search_locations or []
    if not portions:
        return None
    namespace = importlib.machinery.ModuleSpec(name, None, is_package=True)
    namespace.submodule_search_locations = portions
    return namespace


def _read(path: str) -> bytes:
    """A pipe or a device in the place of a file would be waited for."""
    if not os.path.isfile(path) and os.path.exists(path):
        raise OSError(errno.EINVAL, "no file")
    with open(path, "rb") as file:
        return file.read()


def _own_version() -> str:
    from . import __version__

    return __version__


def _facts() -> Dict[str, Any]:
    """What of the interpreter decides bytes, and where it lies."""
    return {
        "executable": sys.executable,
        "version": f"{platform.python_implementation()} {platform.python_version()}",
        "prefix": sys.prefix,
    }


def _requests() -> Iterator[Dict[str, Any]]:
    for line in sys.stdin:
        yield json.loads(line)


def main() -> None:
    """Answers the engine's questions, one a line, until it closes the stream."""
    sys.setrecursionlimit(10_000)
    print(json.dumps(_facts()), flush=True)
    for request in _requests():
        importlib.invalidate_caches()
        trace = Trace(request, Distributions())
        for entry in request["entries"]:
            trace.follow(entry)
        print(json.dumps(trace.answer()), flush=True)
