"""Whole names leave the window with those only who may take them out, on paper or as a workbook."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.history import recent
from db.kernel.access import Role
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Month
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Community
from db.points.defaults import default_scheme
from db.points.entries import EntryDraft, add_entry
from db.points.schemes import BandDraft, adopt_scheme
from db.sample import PASSWORD
from desktop.compliance.standing import StandingPage
from desktop.points.page import PointsPage
from desktop.points.papers import NOTICE, SIGN
from desktop.reports.making import NAMED
from desktop.reports.page import ReportsPage
from desktop.rooms import shell_over
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.trainings.certificates import CertificatesPage
from desktop.trainings.page import TrainingsPage
from desktop.window import Shell
from tests.builders import rows_command, street
from tests.conftest import morning
from tests.desktop.conftest import in_sight, settle

SECRET = "只 看看 不 登记 2026"
Shells = Iterator[Shell]


@pytest.fixture
def made(folder: Path) -> Path:
    """A ledger with somebody to pay in February, and an account of each part."""
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        street(ledger)
        with ledger.read() as connection:
            community: Id = connection.execute(select(Community.id)).scalar_one()
        person = {"id": new_id(), "community": community, "name": "王芳"}
        ledger.write(rows_command(Volunteer, [{**person, "role": "household_leader"}]))
        scheme = replace(default_scheme(), bands=(BandDraft(100, "良", 100_00),))
        ledger.write(adopt_scheme(scheme, date(2026, 1, 1)))
        hour = EntryDraft(day=date(2026, 2, 11), reason="夜间巡防")
        ledger.write(add_entry(person["id"], "duty", hour))
        for role in (Role.READER, Role.WORKER, Role.AUXILIARY):
            ledger.add_account(role.value, role.value, role, SECRET)
    return folder


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is told in a box, which is answered at once."""
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: said.append(box.text()))
    return said


@contextmanager
def _window(qtbot: QtBot, folder: Path, role: Role, looks: tuple[Settings, Theme]) -> Shells:
    with Ledger.unlock(folder, SECRET, user=role.value, clock=morning()) as ledger:
        shell = shell_over(ledger, *looks)
        shell.show()
        settle(qtbot, shell)
        yield shell
        settle(qtbot, shell)
        shell.hide()
        shell.context.background.close()
        shell.deleteLater()


def _button(page: QWidget, words: str) -> QPushButton:
    return next(one for one in page.findChildren(QPushButton) if one.text().startswith(words))


def _points(qtbot: QtBot, shell: Shell, paper: str) -> PointsPage:
    shell.context.routes.go("points", tab="month", month=Month(2026, 2))
    page = in_sight(qtbot, shell)
    assert isinstance(page, PointsPage)
    page._paper.setCurrentIndex(page._paper.findData(paper))
    return page


def test_who_may_only_look_takes_no_whole_names_out(
    qtbot: QtBot, made: Path, settings: Settings, theme: Theme, tmp_path: Path, told: list[str]
) -> None:
    with _window(qtbot, made, Role.READER, (settings, theme)) as shell:
        page = _points(qtbot, shell, NOTICE)
        assert _button(page, "打印").isEnabled()
        page = _points(qtbot, shell, SIGN)
        for words in ("打印", "存为文件"):
            assert not _button(page, words).isEnabled()
            assert "全名" in _button(page, words).toolTip()
        wanted = page._wanted()
        assert wanted is not None
        page._out.save_to(tmp_path / "签领表.pdf", wanted.made)
        settle(qtbot, shell)
        assert not (tmp_path / "签领表.pdf").exists()
        assert told == ["您的身份是查阅，不能登记和修改。什么都没有改动，请找民警办理。"]
        with shell.context.ledger.read() as connection:
            assert [line.action for line in recent(connection, 0, 1)] == ["想做“存出”"]
        shell.context.routes.go("people", tab="standing")
        standing = in_sight(qtbot, shell)
        assert isinstance(standing, StandingPage)
        assert not _button(standing, "打印").isEnabled()
        shell.context.routes.go("trainings", tab="certificates")
        certificates = in_sight(qtbot, shell)
        assert isinstance(certificates, CertificatesPage)
        assert not _button(certificates, "打印培训证明").isEnabled()
        shell.context.routes.go("reports")
        reports = in_sight(qtbot, shell)
        assert isinstance(reports, ReportsPage)
        assert [name for name, box in reports._boxes.items() if not box.isEnabled()] == [
            name for name in reports._boxes if name in NAMED
        ]


@pytest.mark.parametrize("role", [Role.WORKER, Role.AUXILIARY])
def test_a_workbook_of_whole_names_is_for_who_may_take_the_ledger_out(
    qtbot: QtBot, made: Path, settings: Settings, theme: Theme, tmp_path: Path, told: list[str],
    role: Role,
) -> None:  # fmt: skip
    whole = role is Role.AUXILIARY
    with _window(qtbot, made, role, (settings, theme)) as shell:
        page = _points(qtbot, shell, SIGN)
        assert _button(page, "打印").isEnabled()
        wanted = page._wanted()
        assert wanted is not None
        for name in ("签领表.pdf", "签领表.xlsx"):
            page._out.save_to(tmp_path / name, wanted.made)
            settle(qtbot, shell)
        assert (tmp_path / "签领表.pdf").exists()
        assert (tmp_path / "签领表.xlsx").exists() == whole
        assert len(told) == (0 if whole else 1)
        shell.context.routes.go("trainings", tab="list")
        sessions = in_sight(qtbot, shell)
        assert isinstance(sessions, TrainingsPage)
        for words in ("签到表 Excel", "缺席 Excel"):
            assert _button(sessions, words).isEnabled() == whole
