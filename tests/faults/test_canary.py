"""What must never be kept leaves no trace, and what is kept is never on the disk in the clear."""

import base64
import shutil
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from db import exchanging
from db.attaching import attach
from db.disputes.registering import register_dispute
from db.exchange.sites import SiteKey
from db.kernel.access import Role
from db.kernel.errors import PolicepostError
from db.kernel.recovery import secret_of_code
from db.ledger import Ledger
from db.sample import PASSWORD
from desktop.paper.rejected import write_rejected
from tests.cli.running import policepost
from tests.conftest import POST, morning
from tests.faults.harness.file_tasks import PHOTO
from tests.imports.books import HOMES, VISITS, book, home, tried
from tests.test_dispute_life import DRAFT

FORBIDDEN = ("身份证号码", "民族", "政治面貌", "重点人员类别", "车牌号")
NEVER = ("11010519491231002X", "喀纳斯族", "某某党员", "金丝雀重点", "京A金丝雀")
SUBKEYS = ("ledger", "journal", "anchor", "backup", "attachments")
KEPT = ("金丝雀户主", "13912345678", "金丝雀备注")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def brought_in(_template: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A ledger after an import with canaries, and everything the program wrote beside it."""
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


def _spelt(secret: bytes) -> set[bytes]:
    """Return how a secret could stand in a file: as it is and in the usual writings."""
    return {
        secret, secret.hex().encode(), secret.hex().upper().encode(), base64.b64encode(secret).rstrip(b"="),
        base64.urlsafe_b64encode(secret).rstrip(b"="), base64.b32encode(secret).rstrip(b"="),
    }  # fmt: skip


def test_no_file_holds_a_key_a_password_or_the_recovery_code(tmp_path: Path) -> None:
    """All a worked ledger leaves: its folder, backups, a second place, a card, a count of wrong tries."""
    typed = (
        "三月的晚饭后录入四十户走访",
        "换过的一个足够长的口令 again",
        "不对的口令 wrong-password-1",
    )
    folder, stick = tmp_path / "post", tmp_path / "stick"
    stick.mkdir()
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    ledger, code = Ledger.create(folder, POST, typed[0], clock=morning())
    with ledger:
        secrets = [bytes(ledger.core.key.open_copy()), secret_of_code(code)]
        secrets += [bytes(ledger.core.key.subkey(name)) for name in SUBKEYS]
        dispute = ledger.write(register_dispute(DRAFT)).value
        attach(ledger, "dispute", dispute, "scene", tmp_path / "photo.jpg")
        ledger.add_account("另一人", "另一人", Role.AUXILIARY, typed[1])
        ledger.set_password("民警", typed[1])
        assert ledger.keep_unsaved("走访", {"字": "半张表"})
        exchanging.make_card(ledger, stick / "卡.json", "警务室")
        ledger.back_up("手动", stick)
        with pytest.raises(PolicepostError):
            ledger.check_password(typed[2])
        with ledger.read() as connection:
            sign, age = connection.execute(select(SiteKey.sign, SiteKey.age)).one()
        secrets.append(sign)
        shutil.copytree(folder, tmp_path / "while it is open")
    words = [
        *(word.encode(to) for word in typed for to in ("utf-8", "utf-16-le")),
        code.encode(),
        age.encode(),
    ]
    words += [code.replace("-", "").encode(), *(form for one in secrets for form in _spelt(one))]
    files = _files(tmp_path)
    assert {"slots.json", "anchor", "throttle.json", "manifest.json", "卡.json"} <= {
        path.name for path in files
    }
    assert [path for path in files if any(word in path.read_bytes() for word in words)] == []
