"""The schema through time: the steps make the very tables, a newer ledger is let alone."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import StaticPool, create_engine, inspect, text

from db import migrations
from db.backup import back_up, list_backups
from db.kernel import engine
from db.kernel.errors import LedgerDamaged, UserError
from db.kernel.keys import Slots
from db.kernel.records import Record
from db.ledger import Ledger
from db.looking import look_at
from db.post import PostDraft
from db.restoring import restore_closed
from db.sample import PASSWORD
from tests.conftest import morning


def test_the_steps_make_the_tables_as_they_are_declared(ledger: Ledger) -> None:
    with ledger.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Record.metadata) == []


def test_every_step_is_named_in_order() -> None:
    folder = Path(migrations.__file__).parent / "versions"
    steps = {}
    for file in sorted(folder.glob("v*.py")):
        said = dict(re.findall(r"^(revision|down_revision) = (.+)$", file.read_text("utf-8"), re.M))
        steps[said["revision"].strip('"')] = said["down_revision"].strip('"')
    assert tuple(steps) == migrations.VERSIONS
    assert list(steps.values()) == ["None", *migrations.VERSIONS[:-1]]


@pytest.fixture
def closed(_template: Path, tmp_path: Path) -> Path:
    return shutil.copytree(_template, tmp_path / "post")


def set_version(folder: Path, *statements: str) -> None:
    _, key = Slots.load(folder / "slots.json").unlock(None, PASSWORD)
    opened = engine.open_for_migration(folder / "ledger.db", key.subkey("ledger"))
    with opened.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.checkpoint(opened)
    opened.dispose()


def test_a_newer_ledger_is_refused_and_not_touched(closed: Path) -> None:
    set_version(closed, "UPDATE alembic_version SET version_num = '9999'")
    before = (closed / "ledger.db").read_bytes()
    with pytest.raises(UserError, match="更新的程序"):
        Ledger.unlock(closed, PASSWORD, clock=morning())
    assert (closed / "ledger.db").read_bytes() == before
    assert not (closed / "backups").exists()


def what_came_since(version: str) -> Iterator[str]:
    """Yield the statements that take away what later steps brought."""
    then = create_engine("sqlite://", poolclass=StaticPool)
    migrations.upgrade(then, version)
    tables = inspect(then)
    known = {
        name: {c["name"] for c in tables.get_columns(name)} for name in tables.get_table_names()
    }
    indexes = {one["name"] for name in known for one in tables.get_indexes(name)}
    for table in reversed(Record.metadata.sorted_tables):
        if table.name not in known:
            yield f"DROP TABLE {table.name}"
            continue
        for index in table.indexes:
            if index.name not in indexes:
                yield f"DROP INDEX {index.name}"
        for column in table.columns:
            if column.name not in known[table.name]:
                yield f"ALTER TABLE {table.name} DROP COLUMN {column.name}"
    then.dispose()


def with_first_columns(folder: Path) -> Path:
    """Make a ledger whose post has nothing in the columns that later steps brought."""
    unset = {
        "lock_minutes": None, "work_from": None, "work_to": None,
        "seal_room": None, "page_numbers": None,
    }  # fmt: skip
    post = PostDraft(name="三号警务室", station="示范派出所", **unset)
    Ledger.create(folder, post, PASSWORD, clock=morning())[0].close()
    return folder


def test_an_older_ledger_is_backed_up_and_upgraded(tmp_path: Path) -> None:
    old = with_first_columns(tmp_path / "old")
    set_version(old, *what_came_since("0001"), "UPDATE alembic_version SET version_num = '0001'")
    with Ledger.unlock(old, PASSWORD, clock=morning()) as ledger:
        with ledger.read() as connection:
            assert migrations.version_of(connection) == migrations.LATEST
        assert ledger.problems() == []
    assert len(list_backups(old / "backups")) == 1


def _backed_up_as(folder: Path, *statements: str) -> Path:
    """Return a backup that was made while the ledger's schema was another."""
    set_version(folder, *statements)
    _, key = Slots.load(folder / "slots.json").unlock(None, PASSWORD)
    made = back_up(folder, key, folder / "backups", reason="那天", now=morning().now())
    return made.path


def test_a_backup_of_a_newer_program_moves_nothing(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = shutil.copytree(closed, tmp_path / "newer")
    with monkeypatch.context() as program:
        program.setattr(migrations, "VERSIONS", (*migrations.VERSIONS, "9999"))
        made = _backed_up_as(newer, "UPDATE alembic_version SET version_num = '9999'")
    with Ledger.unlock(closed, PASSWORD, clock=morning()) as ledger:
        (problem,) = ledger.check_backup(made)
        assert "更新的程序" in problem
        with pytest.raises(LedgerDamaged, match="更新的程序"):
            look_at(ledger, made, lambda _text, _part: None)
    (closed / "ledger.db").write_bytes(b"x" * 8192)
    before = {path: path.read_bytes() for path in closed.glob("[ls]*") if path.name != "lock"}
    with pytest.raises(LedgerDamaged, match=r"更新的程序.*什么也没有改动"):
        restore_closed(closed, made, "", PASSWORD, morning())
    assert {path: path.read_bytes() for path in before} == before
    assert not list(closed.glob("damaged-*"))


def test_a_backup_of_an_older_program_is_put_back_and_upgraded(tmp_path: Path) -> None:
    closed = with_first_columns(tmp_path / "post")
    older = shutil.copytree(closed, tmp_path / "older")
    made = _backed_up_as(
        older, *what_came_since("0014"), "UPDATE alembic_version SET version_num = '0014'"
    )
    (closed / "ledger.db").write_bytes(b"x" * 8192)
    done = restore_closed(closed, made, "", PASSWORD, morning())
    with done.ledger as ledger:
        with ledger.read() as connection:
            assert migrations.version_of(connection) == migrations.LATEST
        assert ledger.problems() == []
    assert done.aside == closed / "damaged-0001"
