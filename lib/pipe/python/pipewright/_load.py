"""Loading a stage's module as it was when its code was digested."""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import os
import sys
import traceback
import types
from typing import Any, Dict, Iterable, Mapping, Set

from ._declare import Stage
from ._errors import BadInput, Cancelled
from ._paths import OWN, interpreter_path, stage_place


class LoadFailure(Exception):
    """The module cannot be loaded, or declares no stage; the message says where."""

    def __init__(self, message: str, stack: str = "") -> None:
        super().__init__(message)
        self.stack = stack


class Sources:
    """The text of each source as it was digested: the file's, or where that was edited since, what was kept of it."""

    def __init__(self, code: Mapping[str, Any]) -> None:
        self._digests: Dict[str, str] = {os.path.realpath(path): text for path, text in code["files"]}
        self._kept: str = code["kept"]
        self.paths: Set[str] = set(self._digests)

    def read(self, path: str) -> bytes:
        """The file's bytes, or those kept; the engine starts over when neither is there."""
        wanted = self._digests.get(os.path.realpath(path))
        with open(path, "rb") as file:
            data = file.read()
        if wanted is None or _digest(data) == wanted:
            return data
        try:
            with open(os.path.join(self._kept, f"{wanted.partition(':')[2]}.py"), "rb") as file:
                return file.read()
        except OSError:
            raise LoadFailure(f"{path} was edited while the run went on; run again") from None


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles what `Sources` gives: what Python keeps in `__pycache__` is known by whole seconds only."""

    sources: Sources

    def path_stats(self, path: str) -> Mapping[str, Any]:
        raise OSError("nothing is cached")

    def get_data(self, path: str) -> bytes:
        return self.sources.read(str(path)) if str(path).endswith(".py") else super().get_data(path)


def _hook(sources: Sources) -> Any:
    class Loader(_Loader):
        pass

    Loader.sources = sources
    finder = importlib.machinery.FileFinder.path_hook(
        (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES),
        (Loader, importlib.machinery.SOURCE_SUFFIXES),
        (importlib.machinery.SourcelessFileLoader, importlib.machinery.BYTECODE_SUFFIXES),
    )

    def hook(place: str) -> Any:
        # All that holds a followed source, and nothing installed: those files are many and stay as they are.
        if not any(path.startswith(os.path.realpath(place) + os.sep) for path in sources.paths) or _installed(place):
            raise ImportError(place)
        return finder(place)

    return hook, Loader


def _installed(place: str) -> bool:
    parts = place.split(os.sep)
    return "site-packages" in parts or "dist-packages" in parts


def load_stage(script: str, project: str, sources: Sources) -> Stage[Any]:
    """The stage that the script declares; runs the module, in this process."""
    name, before = stage_place(script, project)
    sys.path[:] = [*before, *interpreter_path(), OWN]
    sys.argv[:] = [script]
    sys.dont_write_bytecode = True
    hook, loader = _hook(sources)
    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
    try:
        module = _run_module(name, script, loader)
    except (Cancelled, SystemExit, BadInput, LoadFailure):
        raise
    except BaseException as error:
        raise LoadFailure(_failure(error, project), traceback.format_exc()) from error
    return _stage_in(vars(module).values(), module.__name__)


def _run_module(name: str, script: str, loader: Any) -> types.ModuleType:
    parent = name.rpartition(".")[0]
    if parent:
        importlib.import_module(parent)
    elif name in sys.modules or name in getattr(sys, "stdlib_module_names", ()):
        name = f"stage_{name}"
    spec = importlib.util.spec_from_file_location(name, script, loader=loader(name, script))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _stage_in(values: Iterable[Any], module: str) -> Stage[Any]:
    stages = list({id(value): value for value in values if isinstance(value, Stage)}.values())
    own = [stage for stage in stages if stage.__module__ == module] or stages
    if len(own) == 1:
        return own[0]
    if not own:
        raise LoadFailure("the module declares no stage: `@stage(inputs=…, outputs=…)` before a function makes one")
    names = " and ".join(f"`{stage.__name__}`" for stage in own)
    raise LoadFailure(f"the module declares {len(own)} stages, {names}: one belongs in a module")


def _failure(error: BaseException, project: str) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.split(".")[0]
        if importlib.util.find_spec(top) is None:
            return f"the package {top}, which it imports, is not installed: `{sys.executable} -m pip install {top}`"
    place = ""
    if isinstance(error, SyntaxError) and error.filename:
        place = f"{error.filename}:{error.lineno}"
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(project + os.sep) and not _installed(frame.filename):
            place = place or ""
            place = f"{frame.filename}:{frame.lineno}"
    shown = place[len(project) + 1 :] if place.startswith(project + os.sep) else place
    said = f"it fails when it is loaded: {type(error).__name__}: {error}"
    return f"{said} ({shown})" if shown else said
