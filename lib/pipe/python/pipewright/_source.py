"""What one Python file means: its syntax without comments, docstrings and layout, and what it imports."""

from __future__ import annotations

import ast
import copy
import hashlib
import os
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Optional, Tuple

Asked = Tuple[str, int, Tuple[str, ...]]
"""The module (empty in `from . import x`), how many dots stand before it, and the names taken from it."""


@dataclass
class Source:
    """A file that could be read; `problem` says where it is no Python."""

    text: str
    meaning: str
    parts: Dict[str, str] = field(default_factory=dict)
    imports: List[Asked] = field(default_factory=list)
    exported: List[str] = field(default_factory=list)
    added: List[Tuple[bool, str]] = field(default_factory=list)
    """Directories it puts on `sys.path`: whether in front, and which."""
    scripts: List[str] = field(default_factory=list)
    unknown: List[Tuple[int, str]] = field(default_factory=list)
    """Lines that load what cannot be known before they run."""
    problem: Optional[str] = None


def digest(data: bytes) -> str:
    """As the engine writes it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def read_source(path: str, data: bytes) -> Source:
    """Parses a file; one that is no Python counts by its bytes."""
    text = digest(data)
    try:
        tree = ast.parse(data, path)
    except (SyntaxError, ValueError) as error:
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        return Source(text, text, problem=f"{line}:{column}: {message}")
    except RecursionError:
        return Source(text, text, problem="1:1: nested too deeply")
    source = Source(text, "")
    _Reader(path, source).visit(tree)
    # A module that looks at docstrings means what they say.
    if not any(_looks_at_docstrings(node) for node in ast.walk(tree)):
        _without_docstrings(tree)
    source.parts = {name: _hashed(nodes) for name, nodes in _parts(tree.body).items()}
    source.meaning = digest(_dumped(tree))
    return source


def _dumped(node: ast.AST) -> bytes:
    return ast.dump(node, annotate_fields=False).encode("utf-8", "surrogatepass")


def _hashed(nodes: List[ast.AST]) -> str:
    return hashlib.sha256(b"\n".join(map(_dumped, nodes))).hexdigest()[:16]


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _without_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or ([] if isinstance(node, ast.Module) else [ast.Pass()])
        # `u''` and `''` are one text.
        if isinstance(node, ast.Constant):
            node.kind = None


def _looks_at_docstrings(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id == "__doc__"
    return isinstance(node, ast.Attribute) and node.attr == "__doc__"


def _parts(body: List[Any]) -> Dict[str, List[ast.AST]]:
    """Functions, classes with their methods, and names given a value; under the empty name all else."""
    found: Dict[str, List[ast.AST]] = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            methods = [each for each in node.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
            for method in methods:
                found.setdefault(f"{node.name}.{method.name}", []).append(method)
            rest = copy.copy(node)
            rest.body = [each for each in node.body if each not in methods]
            found.setdefault(node.name, []).append(rest)
        else:
            found.setdefault(_name_of(node), []).append(node)
    return found


def _name_of(node: ast.AST) -> str:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, (ast.AnnAssign, ast.AugAssign)) and isinstance(node.target, ast.Name):
        return node.target.id
    return ""


class _Reader(ast.NodeVisitor):
    """Collects imports, wherever they stand, and what changes where they are looked for."""

    def __init__(self, path: str, source: Source) -> None:
        self.path = path
        self.source = source

    def visit_Import(self, node: ast.Import) -> None:
        self.source.imports += [(alias.name, 0, ()) for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        names = tuple(alias.name for alias in node.names)
        self.source.imports.append((node.module or "", node.level, names))

    def visit_If(self, node: ast.If) -> None:
        # What only type checkers see is not loaded.
        test = node.test
        name = test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else ""
        for each in [test, *([] if name == "TYPE_CHECKING" else node.body), *node.orelse]:
            self.visit(each)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            for each in getattr(node.value, "elts", []):
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    self.source.exported.append(each.value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("import_module", "__import__", "run_module"):
            self._module(name, node)
        elif name in ("run_path", "spec_from_file_location"):
            self._script(name, node)
        elif _is_search_path(node.func) and name in ("insert", "append"):
            self._added(name, node)
        self.generic_visit(node)

    def _module(self, name: str, node: ast.Call) -> None:
        module = self._text(_argument(node, 0, "name"))
        if module is None:
            self._cannot(node, name)
            return
        dots = len(module) - len(module.lstrip("."))
        self.source.imports.append((module[dots:], dots, ()))

    def _script(self, name: str, node: ast.Call) -> None:
        place = _argument(node, 0, "path_name") if name == "run_path" else _argument(node, 1, "location")
        script = self._text(place)
        if script is None:
            self._cannot(node, name)
        else:
            self.source.scripts.append(script)

    def _added(self, name: str, node: ast.Call) -> None:
        place = self._text(_argument(node, 1 if name == "insert" else 0, "object"))
        if place is None:
            self._cannot(node, f"sys.path.{name}")
        else:
            self.source.added.append((name == "insert", place))

    def _cannot(self, node: ast.Call, name: str) -> None:
        self.source.unknown.append((node.lineno, name))

    def _text(self, node: Optional[ast.AST]) -> Optional[str]:
        """A constant, or a path made of this file's own; None where it takes running to know."""
        if node is None:
            return None
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            return self.path if node.id == "__file__" else None
        if isinstance(node, ast.Attribute):
            held = self._text(node.value)
            return os.path.dirname(held) if held is not None and node.attr == "parent" else None
        if isinstance(node, ast.Subscript):
            return self._ancestor(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Add)):
            left, right = self._text(node.left), self._text(node.right)
            if left is None or right is None:
                return None
            return os.path.join(left, right) if isinstance(node.op, ast.Div) else left + right
        return self._called(node) if isinstance(node, ast.Call) else None

    def _ancestor(self, node: ast.Subscript) -> Optional[str]:
        """`Path(__file__).parents[1]`."""
        above, index = node.value, getattr(node.slice, "value", None)
        held = self._text(above.value) if isinstance(above, ast.Attribute) and above.attr == "parents" else None
        if held is None or not isinstance(index, int) or index < 0:
            return None
        for _ in range(index + 1):
            held = os.path.dirname(held)
        return held

    def _called(self, node: ast.Call) -> Optional[str]:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("resolve", "absolute") and isinstance(node.func, ast.Attribute):
            return self._text(node.func.value)
        texts = [self._text(argument) for argument in node.args]
        if not texts or any(text is None for text in texts):
            return None
        whole = [text for text in texts if text is not None]
        if name in ("Path", "str", "abspath", "realpath", "fspath") and len(whole) == 1:
            return whole[0]
        if name == "dirname" and len(whole) == 1:
            return os.path.dirname(whole[0])
        return os.path.normpath(os.path.join(*whole)) if name == "join" else None


def _is_search_path(func: ast.AST) -> bool:
    held = func.value if isinstance(func, ast.Attribute) else None
    return isinstance(held, ast.Attribute) and held.attr == "path" and getattr(held.value, "id", "") == "sys"


def _argument(node: ast.Call, position: int, name: str) -> Optional[ast.AST]:
    if len(node.args) > position:
        return node.args[position]
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def absolute_imports(source: Source, package: str) -> Iterator[Tuple[str, bool, Tuple[str, ...]]]:
    """Module, whether it has to be there by itself, and names taken from it, with dots resolved."""
    for module, dots, names in source.imports:
        if dots == 0:
            yield module, True, names
            continue
        parts = package.split(".") if package else []
        if dots > len(parts):
            continue
        above = parts[: len(parts) - dots + 1]
        yield ".".join([*above, module] if module else above), False, names
