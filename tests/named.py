"""Every test of a tree, by the name pytest gives it: what the tables of proofs are held against."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_NEVER_RUN = ("pytest.mark.skip", "pytest.mark.xfail")


@dataclass(frozen=True, slots=True)
class Named:
    """One test: `name` is `tests/x/test_y.py::test_z`."""

    name: str
    function: ast.FunctionDef
    module: ast.Module

    @property
    def is_run(self) -> bool:
        """Whether nothing written beside it, or on the whole of its file, leaves it out."""
        told = [ast.unparse(mark) for mark in self.function.decorator_list]
        told += [
            ast.unparse(node.value)
            for node in self.module.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
        ]
        return not any(words in mark for mark in told for words in _NEVER_RUN)


def every_test(folder: Path = ROOT / "tests", holding: str = "") -> Iterator[Named]:
    """Yield the tests of a folder whose file holds some words, file by file."""
    for path in sorted(folder.rglob("test_*.py")):
        text = path.read_text("utf-8")
        if holding not in text:
            continue
        module = ast.parse(text)
        place = path.relative_to(folder.parent).as_posix()
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield Named(f"{place}::{node.name}", node, module)
