"""The self-test at start knows every name of ministack that the launcher's sources touch."""

import ast
import unittest
from pathlib import Path

from launcher.names_exist import TOUCHED, missing_names

SOURCES = sorted(Path(__file__).parent.parent.glob("*.py"))


def touched_by(source: str) -> set[str]:
    """`module.name` of each name that the source imports from ministack, or reads from one of its modules."""
    tree = ast.parse(source)
    modules: dict[str, str] = {}
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ministack"):
            for one in node.names:
                whole = f"{node.module}.{one.name}"
                if whole in TOUCHED or node.module in ("ministack", "ministack.services"):
                    modules[one.asname or one.name] = whole
                else:
                    names.add(whole)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            whole = f"{modules[node.value.id]}.{node.attr}"
            # A submodule is a module of its own, whose names are looked at by themselves.
            if whole not in TOUCHED:
                names.add(whole)
    return names


class NamesExist(unittest.TestCase):
    def test_all_that_is_touched_is_tested(self) -> None:
        listed = {f"{module}.{name}" for module, names in TOUCHED.items() for name in names.split()}
        touched = set().union(*(touched_by(source.read_text()) for source in SOURCES))
        self.assertEqual(touched, listed)

    def test_they_exist(self) -> None:
        self.assertEqual(missing_names(), [])
