"""What a session of the window leaves outside the ledger names nobody: log, settings, caches, temporary files."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QDialog, QMessageBox
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection

from db.disputes.registering import register_dispute
from db.kernel.access import Right
from db.kernel.clock import SetClock
from db.kernel.errors import EnvironmentFault, UserError
from db.kernel.journal import Command, Tx
from db.people import Volunteer
from db.sample import PASSWORD
from desktop import logs, paths
from desktop.app import MainWindow, Start
from desktop.errors import CrashDialog
from desktop.page import Page
from desktop.paper.document import Document, Paragraph
from desktop.paper_out import Leaving, PaperOut
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.window import Shell
from tests.conftest import morning
from tests.desktop.conftest import in_sight, settle
from tests.test_dispute_life import DRAFT

NAME, PHONE = "金丝雀当事人", "13912345678"
CANARIES = (NAME, PHONE)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of what was told in dialogs, each answered at once."""
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: said.append(box.windowTitle()))
    monkeypatch.setattr(CrashDialog, "exec", lambda box: said.append(box.windowTitle()))
    return said


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The program's log in a folder of this test."""
    logs.keep_log(tmp_path / "log")
    yield tmp_path / "log" / "policepost.log"
    logs.close_log()


def _chained() -> None:
    try:
        raise ValueError(NAME)
    except ValueError as error:
        raise RuntimeError(f"{NAME} {PHONE}") from error


def _no_file() -> None:
    raise OSError(2, NAME, f"/tmp/{PHONE}")  # noqa: S108  never opened


def _no_key() -> None:
    _ = {}[NAME]  # type: ignore[var-annotated]


def _undecodable() -> None:
    f"{NAME}".encode().decode("ascii")


def _machine() -> None:
    try:
        raise OSError(28, NAME)
    except OSError as error:
        raise EnvironmentFault("磁盘满了，这一步没有存上。") from error


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (_chained, "RuntimeError"), (_no_file, "FileNotFoundError"), (_no_key, "KeyError"),
        (_undecodable, "UnicodeDecodeError"), (_machine, "EnvironmentFault"),
    ],
)  # fmt: skip
def test_the_log_tells_the_kind_and_the_place_of_an_error_and_no_value(
    qtbot: QtBot, small: Shell, log: Path, told: list[str], fault: Callable[[], None], kind: str
) -> None:
    small.context.background.errand(small, lambda _: fault(), lambda _: None)
    settle(qtbot, small)
    written = log.read_text("utf-8")
    assert len(told) == 1
    assert kind in written
    assert fault.__name__ in written, "where it came from"
    assert not [one for one in CANARIES if one in written]


def test_a_command_the_ledger_refuses_leaves_no_value_in_the_log(
    qtbot: QtBot, small: Shell, log: Path, told: list[str]
) -> None:
    def run(tx: Tx) -> None:
        tx.connection.exec_driver_sql(f"INSERT INTO volunteer (name) VALUES ('{NAME}')")  # noqa: S608

    def wrong(tx: Tx) -> None:
        tx.add(Volunteer, [{"name": NAME, "phone": PHONE}])

    for step in (run, wrong):
        small.context.background.write(small, Command("试", Right.WRITE, step))
        settle(qtbot, small)
    assert len(told) == 2
    written = log.read_text("utf-8")
    assert written
    assert not [one for one in CANARIES if one in written]


def test_what_is_the_persons_to_mend_is_not_logged(
    qtbot: QtBot, small: Shell, log: Path, told: list[str]
) -> None:
    def refuse(_: object) -> None:
        raise UserError(f"没有叫“{NAME}”的人。")

    small.context.background.errand(small, refuse, lambda _: None)
    settle(qtbot, small)
    assert told == ["没有完成"]
    assert log.read_text("utf-8") == ""


@pytest.fixture
def folder(_template: Path, tmp_path: Path) -> Path:
    """A small ledger that nobody has open, in a home folder of its own."""
    return shutil.copytree(_template, tmp_path / "home" / "post")


def _paper(_: Connection) -> Leaving:
    return Leaving("一张纸", (Document("试", "某室", (Paragraph(f"{NAME} {PHONE}"),)),))


def test_a_session_leaves_no_trace_outside_the_ledger(
    qtbot: QtBot, folder: Path, tmp_path: Path, theme: Theme, told: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Save, search, type half a form, print, save a paper, fail, lock, close; then look everywhere."""
    home, out, post = folder.parent, tmp_path / "out", folder
    for made in (home / "tmp", out):
        made.mkdir(parents=True)
    for name in ("STATE", "CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name))
    monkeypatch.setenv("TMPDIR", str(home / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)

    def on_file(dialog: QPrintDialog) -> int:
        dialog.printer().setOutputFileName(str(out / "printed.pdf"))
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", on_file)
    logs.keep_log(paths.logs())
    clock: SetClock = morning()
    window = MainWindow(Start(post, PASSWORD, clock), Settings(paths.looks()), theme)
    window.show()
    qtbot.waitUntil(lambda: window.shell is not None, timeout=60_000)
    shell = window.shell
    assert shell is not None
    settle(qtbot, shell)
    draft = replace(DRAFT, side_a=(NAME,), phone_a=PHONE, mediators=())
    shell.context.background.write(shell, register_dispute(draft))
    shell.context.routes.go("disputes")
    page: Page = in_sight(qtbot, shell)
    shell.finder.begin()
    shell.finder._field.setText(NAME)
    settle(qtbot, shell)
    assert shell.finder._list.topLevelItemCount(), "it is found"
    shell.finder.hide()
    assert shell.context.ledger.keep_unsaved("纠纷", {"经过": NAME})
    papers = PaperOut(page)
    papers.print(_paper)
    papers.save_to(out / "saved.pdf", _paper)
    settle(qtbot, shell)
    shell.context.background.errand(shell, lambda _: _chained(), lambda _: None)
    settle(qtbot, shell)
    shell.context.ledger.back_up("手动")
    # Who is killed now has nothing to remove: it was never there.
    assert _hits(home) == []
    assert [path for path in (home / "tmp").rglob("*") if path.is_file()] == []
    window.lock()
    assert window.locked
    window.close()
    window.deleteLater()
    logs.close_log()
    assert told == ["程序出错了"]
    assert sorted(path.name for path in out.iterdir()) == ["printed.pdf", "saved.pdf"]
    assert {paths.logs() / "policepost.log", paths.looks(), post / "ledger.db"} <= {
        *home.rglob("*")
    }
    assert _hits(home) == []
    assert [path for path in (home / "tmp").rglob("*") if path.is_file()] == []


def _hits(home: Path) -> list[tuple[Path, str]]:
    """Return the files that hold somebody's name or telephone, or the password typed to get in."""
    return [
        (path.relative_to(home), canary)
        for path in home.rglob("*")
        if path.is_file()
        for canary in (*CANARIES, PASSWORD)
        for spelt in (
            canary.encode(),
            canary.encode("utf-16-le"),
            json.dumps(canary)[1:-1].encode(),
        )
        if spelt in path.read_bytes() or canary in path.name
    ]
