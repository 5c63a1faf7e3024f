"""Style figures of the code, against the aims we set ourselves; run as `python -m scripts.style`."""

import ast
import io
import sys
import tokenize
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef
Named = ast.Module | ast.ClassDef | Function


class Module(NamedTuple):
    """A parsed file; `name` is dotted, a package's is its folder's."""

    name: str
    package: str
    path: Path
    text: str
    tree: ast.Module


class Figure(NamedTuple):
    """A measured value and the least and greatest that we aim for; None: no bound."""

    what: str
    value: float
    least: float | None = None
    most: float | None = None
    where: str = ""

    @property
    def met(self) -> bool:
        """Whether the value is within the aim."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    def __str__(self) -> str:
        bounds = [f"{sign} {bound:g}" for sign, bound in (("≥", self.least), ("≤", self.most)) if bound is not None]
        mark = " " if self.met else "✗"
        return f"{mark} {self.what:<42}{self.value:>7.4g}   {' and '.join(bounds):<14}{self.where}".rstrip()


def modules(folder: Path) -> list[Module]:
    """Every Python file under `folder`, by path; raises SyntaxError."""

    def read(path: Path) -> Module:
        dotted = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
        name = dotted.removesuffix(".__init__")
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        text = path.read_text(encoding="utf-8")
        return Module(name, package, path, text, ast.parse(text))

    return [read(path) for path in sorted(folder.rglob("*.py"))]


def functions(code: Sequence[Module]) -> dict[str, int]:
    """Length in lines of every function and method, by "path:line name"."""
    return {
        f"{module.path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for module in code
        for node in ast.walk(module.tree)
        if isinstance(node, Function)
    }


def annotated(code: Sequence[Module]) -> float:
    """Share, in percent, of parameters and results that carry an annotation; `self` and `cls` don't count."""
    found = [
        annotation is not None
        for module in code
        for node in ast.walk(module.tree)
        if isinstance(node, Function)
        for annotation in (*_parameters(node), node.returns)
    ]
    return _percent(found)


def _parameters(function: Function) -> Iterator[ast.expr | None]:
    every = function.args
    for argument in (*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg):
        if argument and argument.arg not in ("self", "cls"):
            yield argument.annotation


def docstrings(code: Sequence[Module]) -> dict[str, bool]:
    """Whether each module and public name has a docstring, by "path:line"."""
    return {
        f"{module.path}:{getattr(node, 'lineno', 0)}": bool(ast.get_docstring(node))
        for module in code
        for node in _public(module.tree)
    }


def _public(node: Named) -> Iterator[Named]:
    yield node
    if isinstance(node, Function):
        return
    for child in node.body:
        if isinstance(child, ast.ClassDef | Function) and not child.name.startswith("_") and not _is_overload(child):
            yield from _public(child)


def _is_overload(node: ast.ClassDef | Function) -> bool:
    return any(ast.unparse(decorator) in ("overload", "typing.overload") for decorator in node.decorator_list)


def lines(module: Module) -> int:
    """Lines that hold something."""
    return sum(1 for line in module.text.splitlines() if line.strip())


def comments(module: Module) -> int:
    """Comments, at the end of a line or on one of their own."""
    return sum(token.type == tokenize.COMMENT for token in tokenize.generate_tokens(io.StringIO(module.text).readline))


def cycle(code: Sequence[Module]) -> list[str]:
    """The modules of an import cycle, also of imports inside functions; empty where there is none."""
    names = {module.name for module in code}
    try:
        TopologicalSorter({module.name: set(_imports(module, names)) for module in code}).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


def _imports(module: Module, names: set[str]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield from (name for name in (inner if inner in names else base,) if name in names - {module.name})


def _base(module: Module, node: ast.ImportFrom) -> str:
    above = module.package.split(".")[: len(module.package.split(".")) - node.level + 1] if node.level else []
    return ".".join((*above, *([node.module] if node.module else [])))


def figures(code: Sequence[Module], tests: Sequence[Module]) -> list[Figure]:
    """All figures with their aims."""
    lengths = functions(code)
    ordered = sorted(lengths.values())
    longest_function = max(lengths, key=lengths.__getitem__)
    files = {str(module.path): len(module.text.splitlines()) for module in code}
    longest_file = max(files, key=files.__getitem__)
    has_docstring = docstrings(code)
    bare = [place for place, told in has_docstring.items() if not told]
    found = cycle(code)
    return [
        Figure("functions, median lines", median(ordered), most=8),
        Figure("functions, 90 % have at most lines", ordered[int(len(ordered) * 0.9)], most=30),
        Figure("functions, longest", lengths[longest_function], most=60, where=longest_function),
        Figure("files, median lines", median(files.values()), most=120),
        Figure("files, longest", files[longest_file], most=400, where=longest_file),
        Figure("annotated parameters and results, %", annotated(code), least=100),
        Figure(
            "docstrings on modules and public names, %",
            _percent([*has_docstring.values()]),
            least=100,
            where=" ".join(bare),
        ),
        Figure("comments in 100 lines", 100 * sum(map(comments, code)) / sum(map(lines, code)), least=3, most=6),
        Figure("lines of tests for a line of code", sum(map(lines, tests)) / sum(map(lines, code)), least=1),
        Figure("import cycles", bool(found), most=0, where=" → ".join(found)),
    ]


def _percent(found: Sequence[bool]) -> float:
    return 100 * sum(found) / len(found) if found else 100.0


def main(root: Path) -> int:
    """Print the figures of the checkout at `root`; 1 where one is beyond its aim, else 0."""
    measured = figures(modules(root / "listener"), modules(root / "tests"))
    print(*measured, sep="\n")
    return 0 if all(figure.met for figure in measured) else 1


if __name__ == "__main__":
    sys.exit(main(Path()))
