"""What must never be kept leaves no trace, and what is kept is never on the disk in the clear."""

from pathlib import Path

import pytest
from sqlalchemy import inspect

from db.ledger import Ledger
from db.sample import PASSWORD
from desktop.paper.rejected import write_rejected
from tests.cli.running import policepost
from tests.conftest import morning
from tests.imports.books import HOMES, VISITS, book, home, tried

FORBIDDEN = ("身份证号码", "民族", "政治面貌", "重点人员类别", "车牌号")
NEVER = ("11010519491231002X", "喀纳斯族", "某某党员", "金丝雀重点", "京A金丝雀")
KEPT = ("金丝雀户主", "13912345678", "金丝雀备注")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def brought_in(_template: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A ledger after an import with canaries, and everything the program wrote beside it."""
    import shutil  # noqa: PLC0415

    post = shutil.copytree(_template, tmp_path / "post")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    given = tmp_path / "given"
    given.mkdir()
    good = [*home(101, 户主姓名=KEPT[0], 联系电话=KEPT[1], 备注=KEPT[2]), *NEVER]
    bad = [*home(102, 居住人数=-1), *NEVER]
    homes = book(given / "户.xlsx", 台账=[[*HOMES, *FORBIDDEN], good, bad])
    visits = book(
        given / "访.xlsx",
        台账=[[*VISITS, *FORBIDDEN], [*tried(101), *NEVER], [*tried(999), *NEVER]],
    )
    out = tmp_path / "out"
    out.mkdir()
    done = policepost(
        "import", homes, visits, "--data", post, "--rejected", out / "退回.xlsx", "--json",
        TMPDIR=str(temporary), XDG_STATE_HOME=str(out), XDG_CACHE_HOME=str(out),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (out / "said.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    assert _files(temporary) == []
    return post, out


def test_forbidden_columns_leave_no_trace(brought_in: tuple[Path, Path]) -> None:
    post, out = brought_in
    with Ledger.unlock(post, PASSWORD, clock=morning()) as ledger, ledger.read() as connection:
        rows = [
            row
            for table in inspect(connection).get_table_names()
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')  # noqa: S608
        ]
        dump = "\n".join(str(value) for row in rows for value in row)
    for canary in NEVER:
        assert canary not in dump
        for path in _files(out):
            assert canary.encode() not in path.read_bytes()
    assert all(word in dump for word in KEPT), "the dump does show what is kept"
    for name in FORBIDDEN:
        assert name in (out / "said.txt").read_text("utf-8"), "a column left out is named"


def test_rejected_rows_come_back_without_forbidden_cells(
    brought_in: tuple[Path, Path], tmp_path: Path
) -> None:
    import openpyxl  # noqa: PLC0415

    _, out = brought_in
    book_ = openpyxl.load_workbook(out / "退回.xlsx")
    cells = [
        str(value)
        for sheet in book_.worksheets
        for row in sheet.iter_rows(values_only=True)
        for value in row
    ]
    assert "102" in cells
    assert not set(NEVER) & set(cells)
    assert write_rejected([], tmp_path / "leer.xlsx") == 0


def test_nothing_lies_in_the_clear_in_the_ledger_or_its_backups(
    brought_in: tuple[Path, Path],
) -> None:
    post, _ = brought_in
    with Ledger.unlock(post, PASSWORD, clock=morning()) as ledger:
        ledger.back_up("试")
        for path in _files(post):
            content = path.read_bytes()
            for word in (*KEPT, *NEVER, "晨园"):
                assert word.encode() not in content, path.name
