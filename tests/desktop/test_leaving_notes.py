"""What leaves in plain stands in the history before a byte of it is written, and who looked as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from db.attaching import attach
from db.disputes.registering import register_dispute
from db.history import recent
from db.kernel.access import Role
from db.ledger import Ledger
from db.looking import look_at
from db.sample import PASSWORD
from desktop.disputes.attachments import AttachmentsView
from desktop.disputes.page import DisputesPage
from desktop.disputes.panel import ATTACHMENTS
from desktop.disputes.viewing import PhotoViewer
from desktop.reports.page import ReportsPage
from desktop.rooms import shell_over
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.window import Shell
from tests.conftest import morning
from tests.desktop.conftest import in_sight, settle
from tests.test_dispute_life import DRAFT

SECRET = "只 看看 不 登记 2026"
Looks = tuple[Settings, Theme]
Shells = Iterator[Shell]


@pytest.fixture
def made(folder: Path, tmp_path: Path) -> Path:
    """A ledger with a photograph in a dispute, and somebody who may only look."""
    photo, image = tmp_path / "楼道.png", QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0xFF8800)
    assert image.save(str(photo))
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        dispute = ledger.write(register_dispute(DRAFT)).value
        attach(ledger, "dispute", dispute, "scene", photo)
        ledger.add_account("查阅员", "查阅员", Role.READER, SECRET)
    return folder


@pytest.fixture
def looks(settings: Settings, theme: Theme) -> Looks:
    return settings, theme


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is told in a box, which is answered at once."""
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: said.append(box.text()))
    return said


@contextmanager
def _over(qtbot: QtBot, ledger: Ledger, looks: Looks) -> Shells:
    shell = shell_over(ledger, *looks)
    shell.show()
    settle(qtbot, shell)
    yield shell
    settle(qtbot, shell)
    shell.hide()
    shell.context.background.close()
    shell.deleteLater()


def _attachments(qtbot: QtBot, shell: Shell) -> AttachmentsView:
    shell.context.routes.go("disputes")
    page = in_sight(qtbot, shell)
    assert isinstance(page, DisputesPage)
    page._panel.open_aside(ATTACHMENTS)
    settle(qtbot, shell)
    view = page._panel._aside[ATTACHMENTS]
    assert isinstance(view, AttachmentsView)
    return view


def _noted(ledger: Ledger) -> list[tuple[str, str]]:
    """The last two entries of the history, the latest first: action and note."""
    with ledger.read() as connection:
        return [(line.action, line.note) for line in recent(connection, limit=2)]


def _refusing(path: Path) -> Path:
    """A file that cannot be written: a folder has its name."""
    path.mkdir()
    return path


def test_an_attachment_that_leaves_is_told_before_it_is_written(
    qtbot: QtBot, made: Path, looks: Looks, tmp_path: Path, told: list[str]
) -> None:
    with (
        Ledger.unlock(made, PASSWORD, user="民警", clock=morning()) as ledger,
        _over(qtbot, ledger, looks) as shell,
    ):
        view = _attachments(qtbot, shell)
        (line,) = view._model.rows
        view.save_to(_refusing(tmp_path / "存出.png"), line.id)
        settle(qtbot, shell)
        assert len(told) == 1
        assert _noted(ledger)[0] == ("存出附件", view._number)
        view.save_to(tmp_path / "好的.png", line.id)
        settle(qtbot, shell)
        assert (tmp_path / "好的.png").read_bytes() == (tmp_path / "楼道.png").read_bytes()


def test_who_may_only_look_takes_no_attachment_out_and_is_told_of_as_who_looked(
    qtbot: QtBot, made: Path, looks: Looks, tmp_path: Path, told: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    chosen = tmp_path / "存出.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(chosen), ""))
    shown: list[str] = []
    monkeypatch.setattr(PhotoViewer, "exec", lambda viewer: shown.append(viewer.windowTitle()))
    with (
        Ledger.unlock(made, SECRET, user="查阅员", clock=morning()) as ledger,
        _over(qtbot, ledger, looks) as shell,
    ):
        view = _attachments(qtbot, shell)
        out = next(b for b in view.findChildren(QPushButton) if b.text().startswith("存出"))
        assert not out.isEnabled()
        assert "不能" in out.toolTip()
        said: list[str] = []
        view.said.connect(said.append)
        view._key("S")
        settle(qtbot, shell)
        assert said == ["附件里可能有全名，您的身份不能存出"]
        (line,) = view._model.rows
        view.save_to(chosen, line.id)
        settle(qtbot, shell)
        assert not chosen.exists()
        assert told == ["您的身份是查阅，不能登记和修改。什么都没有改动，请找民警办理。"]
        assert _noted(ledger)[0][0] == "想做“存出附件”"
        view._key("Enter")
        settle(qtbot, shell)
        assert shown == ["楼道.png"]
        assert _noted(ledger)[0] == ("查看附件", view._number)


def test_out_of_a_backup_nothing_named_leaves_and_the_ledger_tells_who_looked(
    qtbot: QtBot, made: Path, looks: Looks, tmp_path: Path, told: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(PhotoViewer, "exec", lambda _: None)

    def on_file(dialog: QPrintDialog) -> int:
        dialog.printer().setOutputFileName(str(tmp_path / "打印.pdf"))
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", on_file)
    with Ledger.unlock(made, PASSWORD, user="民警", clock=morning()) as ledger:
        copy = look_at(ledger, ledger.back_up("备份").path, lambda *_: None)
        with copy, _over(qtbot, copy, looks) as shell:
            view = _attachments(qtbot, shell)
            view._key("Enter")
            settle(qtbot, shell)
            assert _noted(ledger)[0] == (
                "查看附件", f"{view._number}（看的是备份 {copy.info.path.name}）",
            )  # fmt: skip
            (line,) = view._model.rows
            view.save_to(tmp_path / "存出.png", line.id)
            settle(qtbot, shell)
            assert not (tmp_path / "存出.png").exists()
            assert len(told) == 1
            shell.context.routes.go("reports")
            reports = in_sight(qtbot, shell)
            assert isinstance(reports, ReportsPage)
            reports.save_to(tmp_path / "周报.pdf")
            settle(qtbot, shell)
            assert (tmp_path / "周报.pdf").exists()
            reports.print()
            settle(qtbot, shell)
            assert (tmp_path / "打印.pdf").exists()
            about = f"（看的是备份 {copy.info.path.name}）"
            assert [(action, note.endswith(about)) for action, note in _noted(ledger)] == [
                ("打印周报", True), ("生成周报", True),
            ]  # fmt: skip
            assert len(told) == 1


def test_a_report_that_leaves_is_told_before_it_is_written(
    qtbot: QtBot, made: Path, looks: Looks, tmp_path: Path, told: list[str]
) -> None:
    with (
        Ledger.unlock(made, PASSWORD, user="民警", clock=morning()) as ledger,
        _over(qtbot, ledger, looks) as shell,
    ):
        shell.context.routes.go("reports")
        reports = in_sight(qtbot, shell)
        assert isinstance(reports, ReportsPage)
        reports.save_to(_refusing(tmp_path / "周报.pdf"))
        settle(qtbot, shell)
        assert len(told) == 1
        assert _noted(ledger)[0] == ("生成周报", str(reports._spans.span))
