"""Values of JSON as annotations type them: dataclasses, TypedDicts and what the typing module has, checked."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import os
import pathlib
import sys
import types
import typing
from typing import Any, List, Mapping, Tuple, Union

from ._errors import BadInput

Path = Tuple[Union[str, int], ...]
Issue = Mapping[str, Any]

_UNIONS = (Union, getattr(types, "UnionType", Union))
_WORDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", type(None): "nothing"}


class Mismatch(Exception):
    """Holds everything that does not fit, with its place."""

    def __init__(self, issues: List[Issue]) -> None:
        super().__init__("; ".join(issue["message"] for issue in issues))
        self.issues = issues


def typed(value: Any, kind: Any, path: Path = ()) -> Any:
    """The value as `kind` has it; raises `Mismatch` with all that is wrong."""
    if kind is Any or kind is None or kind is object or isinstance(kind, typing.TypeVar):
        return value
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated or getattr(kind, "__supertype__", None) is not None:
        return typed(value, arguments[0] if arguments else kind.__supertype__, path)
    if origin in _UNIONS:
        return _union(value, arguments, path)
    if origin is typing.Literal:
        for each in arguments:
            if type(each) is type(value) and each == value:
                return value
        _refuse(path, f"expected one of {', '.join(map(_shown, arguments))}, got {_shown(value)}")
    if dataclasses.is_dataclass(kind):
        return _dataclass(value, kind, path)
    if _is_typed_dict(kind):
        return _typed_dict(value, kind, path)
    if origin is None and isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _enumerated(value, kind, path)
    if origin is None and isinstance(kind, type) and issubclass(kind, os.PathLike):
        return pathlib.Path(_plain(value, str, path))
    if kind in _WORDS:
        return _plain(value, kind, path)
    return _container(value, kind, origin or kind, arguments, path)


def _plain(value: Any, kind: Any, path: Path) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if kind is int and type(value) is float and value.is_integer():
        return int(value)
    if type(value) is kind:
        return value
    _refuse(path, f"expected {_WORDS[kind]}, got {_shown(value)}")


def _container(value: Any, kind: Any, origin: Any, arguments: Tuple[Any, ...], path: Path) -> Any:
    if origin in (dict, collections.abc.Mapping, collections.abc.MutableMapping):
        _expect(value, dict, "a mapping", path)
        inner = arguments[1] if len(arguments) == 2 else Any
        return _each({key: (held, inner) for key, held in value.items()}, path)
    if origin is tuple and not (len(arguments) == 2 and arguments[1] is Ellipsis) and arguments:
        _expect(value, list, "a list", path)
        if len(value) != len(arguments):
            _refuse(path, f"expected {len(arguments)} values, got {len(value)}")
        return tuple(_each(dict(enumerate(zip(value, arguments))), path).values())
    if origin in (list, tuple, set, frozenset, collections.abc.Sequence, collections.abc.Iterable):
        _expect(value, list, "a list", path)
        inner = arguments[0] if arguments else Any
        items = list(_each({at: (held, inner) for at, held in enumerate(value)}, path).values())
        return origin(items) if origin in (tuple, set, frozenset) else items
    raise TypeError(f"parameters cannot have the type {kind!r}")


def _each(pairs: Mapping[Any, Tuple[Any, Any]], path: Path) -> dict[Any, Any]:
    found, issues = {}, []
    for key, (value, kind) in pairs.items():
        try:
            found[key] = typed(value, kind, (*path, key))
        except Mismatch as mismatch:
            issues.extend(mismatch.issues)
    if issues:
        raise Mismatch(issues)
    return found


def _union(value: Any, kinds: Tuple[Any, ...], path: Path) -> Any:
    refused = []
    exact = [kind for kind in kinds if kind is type(value)]
    for kind in [*exact, *kinds]:
        try:
            return typed(value, kind, path)
        except Mismatch as mismatch:
            refused.append(mismatch)
    # The one that got furthest into the value knows best what is wrong with it.
    deepest = max(refused, key=lambda mismatch: max(len(issue["path"]) for issue in mismatch.issues))
    if any(len(issue["path"]) > len(path) for issue in deepest.issues):
        raise deepest
    words = " or ".join(dict.fromkeys(_WORDS.get(kind, _name(kind)) for kind in kinds))
    _refuse(path, f"expected {words}, got {_shown(value)}")


def _dataclass(value: Any, kind: Any, path: Path) -> Any:
    _expect(value, dict, "a mapping", path)
    hints = _hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init}
    required = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    held = _fields(value, {name: hints[name] for name in fields}, required, path)
    try:
        return kind(**held)
    except (ValueError, BadInput) as error:
        # What `__post_init__` has against them.
        raise Mismatch([{"path": list(path), "message": str(error)}]) from error


def _typed_dict(value: Any, kind: Any, path: Path) -> Any:
    _expect(value, dict, "a mapping", path)
    hints = {}
    for name, hint in _hints(kind).items():
        inner = typing.get_args(hint)
        wrapped = getattr(typing.get_origin(hint), "_name", "") in ("Required", "NotRequired", "ReadOnly")
        hints[name] = inner[0] if wrapped else hint
    return _fields(value, hints, set(kind.__required_keys__), path)


def _fields(value: Mapping[str, Any], hints: Mapping[str, Any], required: set[str], path: Path) -> dict[str, Any]:
    issues: List[Issue] = [
        {"path": [*path, name], "message": f"unknown parameter; known here: {_list(hints)}"}
        for name in value
        if name not in hints
    ]
    issues += [
        {"path": [*path, name], "message": f"expected {_kind(hints[name])}, and it is missing"}
        for name in hints
        if name in required and name not in value
    ]
    try:
        held = _each({name: (value[name], hint) for name, hint in hints.items() if name in value}, path)
    except Mismatch as mismatch:
        issues += mismatch.issues
    if issues:
        raise Mismatch(issues)
    return held


def _enumerated(value: Any, kind: Any, path: Path) -> Any:
    for member in kind:
        if type(member.value) is type(value) and member.value == value:
            return member
    _refuse(path, f"expected one of {', '.join(_shown(member.value) for member in kind)}, got {_shown(value)}")


def _hints(kind: Any) -> Mapping[str, Any]:
    try:
        return typing.get_type_hints(kind, include_extras=True)
    except TypeError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        raise TypeError(f"Python {version} cannot read the annotations of {kind.__name__}: {error}") from error


def _is_typed_dict(kind: Any) -> bool:
    # Before Python 3.11, `list[str]` calls itself a type, too.
    plain = typing.get_origin(kind) is None and isinstance(kind, type)
    return plain and issubclass(kind, dict) and hasattr(kind, "__required_keys__")


def _expect(value: Any, kind: type, words: str, path: Path) -> None:
    if not isinstance(value, kind):
        _refuse(path, f"expected {words}, got {_shown(value)}")


def _refuse(path: Path, message: str) -> typing.NoReturn:
    raise Mismatch([{"path": list(path), "message": message}])


def _kind(hint: Any) -> str:
    return _WORDS.get(hint, _name(hint))


def _name(kind: Any) -> str:
    if typing.get_origin(kind) in _UNIONS:
        return " or ".join(map(_kind, typing.get_args(kind)))
    if dataclasses.is_dataclass(kind) or _is_typed_dict(kind) or typing.get_origin(kind) is dict or kind is dict:
        return "a mapping"
    if typing.get_origin(kind) in (list, tuple, set) or kind in (list, tuple, set):
        return "a list"
    return getattr(kind, "__name__", str(kind))


def _list(names: Mapping[str, Any]) -> str:
    return ", ".join(names) or "none"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = f'the text "{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
