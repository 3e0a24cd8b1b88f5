"""Whoever opens a ledger knows every table: an undo or a proof must never pass one over."""

import importlib
import pkgutil
import subprocess
import sys

import db
from db.kernel.records import Record


def test_opening_a_ledger_loads_every_table() -> None:
    for module in pkgutil.walk_packages(db.__path__, "db."):
        if ".versions" not in module.name and not module.name.endswith(".env"):
            importlib.import_module(module.name)
    script = (
        "import db.ledger; from db.kernel.records import Record;"
        "print(*sorted(Record.metadata.tables))"
    )
    alone = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert alone.stdout.split() == sorted(Record.metadata.tables)
