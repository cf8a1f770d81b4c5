"""The sources as the house checks see them: parsed modules, their imports and functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).resolve().parent.parent

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef | ast.Module


@frozen(eq=False)
class Module:
    """One source file."""

    #: dotted name; a package has that of its folder
    name: str
    path: Path
    tree: ast.Module
    lines: int

    @property
    def where(self) -> str:
        """The file, as seen from the checkout."""
        return str(self.path.relative_to(ROOT))

    @property
    def room(self) -> str:
        """The part of altlas that it belongs to: ``wire`` of ``altlas.wire.heads``."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    @property
    def imports(self) -> frozenset[str]:
        """The dotted names of all modules that it imports, for types only or not."""
        return frozenset(_imports(self, [*ast.walk(self.tree)]))

    @property
    def loads(self) -> frozenset[str]:
        """Those of `imports` that are not for types only."""
        typing = {
            inner
            for node in ast.walk(self.tree)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            for statement in node.body
            for inner in ast.walk(statement)
        }
        return frozenset(_imports(self, [n for n in ast.walk(self.tree) if n not in typing]))

    @property
    def functions(self) -> Iterator[tuple[str, Function]]:
        """All functions, at any depth, each with where it stands."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield f"{self.where}:{node.lineno} {node.name}", node


@cache
def modules(package: str) -> tuple[Module, ...]:
    """Every module of a top-level package of the checkout."""
    return tuple(_module(path) for path in sorted((ROOT / package).rglob("*.py")))


def _module(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return Module(name, path, ast.parse(text), text.count("\n"))


def _imports(module: Module, nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(module, node)
            for alias in node.names:
                # Of `from altlas import errors` the module is the second name.
                inner = f"{source}.{alias.name}"
                yield inner if _is_module(inner) else source


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    up = node.level - (module.path.name == "__init__.py")
    return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def length(function: Function) -> int:
    """Lines of a function without its decorators and docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def parameters(function: Function) -> int:
    """How many parameters a function takes of its callers, ``self`` not counted."""
    arguments = function.args
    names = [each.arg for each in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """The sets of nodes that reach each other (Tarjan 1972), each sorted."""
    found: list[list[str]] = []
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []

    def visit(node: str) -> None:
        order[node] = lowest[node] = len(order)
        stack.append(node)
        for other in edges.get(node, ()):
            if other not in order:
                visit(other)
            if other in stack:
                lowest[node] = min(lowest[node], lowest[other])
        if lowest[node] == order[node]:
            at = stack.index(node)
            found.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(edges):
        if node not in order:
            visit(node)
    return [circle for circle in found if len(circle) > 1 or circle[0] in edges.get(circle[0], ())]


def undocumented(module: Module) -> Iterator[str]:
    """The public things of a module that have no docstring, and should."""
    if module.lines and ast.get_docstring(module.tree) is None:
        yield module.where
    yield from _undocumented(module, module.tree.body)


def _undocumented(module: Module, body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None and not _explained_elsewhere(node):
            yield f"{module.where}:{node.lineno} {node.name}"
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(module, node.body)


def _explained_elsewhere(node: Function | ast.ClassDef) -> bool:
    """Whether the promise is made by an interface, or by the signature of which this is one."""
    if isinstance(node, ast.ClassDef):
        return False
    fixed_by_twisted = node.name != node.name.lower()
    only_a_signature = (
        len(node.body) == 1
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
        and node.body[0].value.value is ...
    )
    return fixed_by_twisted or only_a_signature
