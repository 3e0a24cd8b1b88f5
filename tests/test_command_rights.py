"""Every command of the program and the right it asks for, read from the code itself.

The table in tests/golden is the matrix as a person can read it: a command that appears, goes, or
asks for another right changes it, and somebody has to mean that. That a role without the right is
refused is proved in tests/kernel/test_access.py for every right and role.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from db.kernel.access import MATRIX, ROLE_NAMES, Right, Role

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Path(__file__).parent / "golden" / "command-rights.txt"


def _commands() -> Iterator[tuple[str, str]]:
    for folder in ("db", "desktop"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Subscript):
                    called = called.value
                if isinstance(called, ast.Name) and called.id == "Command":
                    assert isinstance(node, ast.Call)
                    yield ast.unparse(node.args[0]), ast.unparse(node.args[1])


def _table() -> str:
    lines = sorted({f"{right}\t{action}" for action, right in _commands()})
    roles = [
        f"{ROLE_NAMES[role]}\t{' '.join(sorted(right.name for right in MATRIX[role]))}"
        for role in Role
    ]
    return "\n".join([*roles, "", *lines]) + "\n"


def test_every_command_and_its_right_stand_in_the_table() -> None:
    assert _table() == GOLDEN.read_text("utf-8")


def test_nobody_but_police_settles_what_cannot_be_taken_back() -> None:
    for right in (Right.ACCOUNTS, Right.SETTINGS, Right.RESTORE, Right.UNDO_OTHERS):
        assert [role for role in Role if right in MATRIX[role]] == [Role.OFFICER]
