"""Two laptops paired and joined by a stick, as two people do it at their windows."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db import exchanging, merge_desk
from db.agenda import agenda
from db.exchange import sites
from db.kernel.access import Right, Role
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Household
from db.sample import PASSWORD
from desktop.exchange.merging import MergingPage
from desktop.exchange.packing import PackingPage
from desktop.exchange.pairing import PairingPage
from desktop.page import Page
from desktop.paper.site_card import site_card
from desktop.printing import pdf_of
from desktop.settings import Settings
from desktop.theme import Theme
from tests.builders import rows_command, street
from tests.conftest import morning
from tests.desktop.conftest import settle
from tests.desktop.desks import Desks
from tests.desktop.windows import drop
from tests.exchange.conftest import copies, pair
from tests.exchange.sites import Copying, HandClock, Pair, digest_of

__all__ = ["copies", "pair"]
PAGES: tuple[tuple[str, type[Page]], ...] = (
    ("pairing", PairingPage),
    ("packing", PackingPage),
    ("merging", MergingPage),
)


@pytest.fixture
def desks(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[Desks]:
    """Nobody at a window yet."""
    made = Desks(qtbot, settings, theme, [])
    yield made
    for shell in made.shells:
        settle(qtbot, shell)
        shell.hide()
        shell.context.background.close()
        shell.deleteLater()


@pytest.fixture
def dialog(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """What a person picks in the next file dialog, whichever it is."""

    def picks(path: Path) -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
        monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path)], ""))
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(path))

    return picks


def words(widget: QWidget) -> str:
    return "\n".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def set_home(ledger: Ledger, home: Id, **fields: Any) -> None:
    ledger.write(Command("测试", Right.WRITE, lambda tx: tx.change(Household, {home: fields})))


def contact(ledger: Ledger, home: Id) -> Any:
    with ledger.read() as connection:
        return connection.execute(
            select(Household.contact).where(Household.id == home)
        ).scalar_one()


def person(ledger: Ledger, home: Id, name: str, phone: str) -> None:
    with ledger.read() as connection:
        place = connection.execute(
            select(Household.community, Household.building).where(Household.id == home)
        ).one()
    row = {
        "id": new_id(), "name": name, "phone": phone, "role": "leader",
        "community": place.community, "building": place.building, "homes": (),
    }  # fmt: skip
    ledger.write(rows_command(Volunteer, [row]))


def newest(stick: Path) -> Path:
    return max(stick.glob("*.tzpack"), key=lambda one: one.stat().st_mtime_ns)


def later(ledger: Ledger, hours: int) -> None:
    assert isinstance(ledger.clock, HandClock)
    ledger.clock.move(timedelta(hours=hours))


def test_two_laptops_are_paired_carry_packages_both_ways_and_one_decision_serves_both(
    desks: Desks, copies: Copying, tmp_path: Path, dialog: Callable[[Path], None]
) -> None:
    post, laptop = copies(2)
    stick = tmp_path / "优盘"
    stick.mkdir()
    # 两边各存一份名片，打开对方的，核对指纹，配对。
    cards = {}
    for ledger, name in ((post, "警务室"), (laptop, "笔记本")):
        page = desks.page(ledger, "pairing", PairingPage)
        dialog(stick / f"{name}.json")
        page._name.setText(name)
        page._name.setFocus()
        desks.press(Qt.Key.Key_Return)
        cards[name] = sites.read_card(stick / f"{name}.json")
        assert cards[name].fingerprint in words(page)
    for ledger, own, other in ((post, "警务室", "笔记本"), (laptop, "笔记本", "警务室")):
        page = desks.page(ledger, "pairing", PairingPage)
        dialog(stick / f"{other}.json")
        desks.press(Qt.Key.Key_O, ctrl=True)
        assert cards[own].fingerprint in words(page)
        assert cards[other].fingerprint in words(page)
        desks.press(Qt.Key.Key_Return)
        assert [line.name for line in page._model.rows] == [other]
    # 警务室打包：只有一个单位，选好优盘以后只按回车。
    homes = street(post)
    packing = desks.page(post, "packing", PackingPage)
    dialog(stick)
    desks.press(Qt.Key.Key_O, ctrl=True)
    desks.press(Qt.Key.Key_Return)
    assert "可以安全弹出优盘了" in words(packing)
    # 笔记本打开，看一遍，回车合并。
    merging = desks.page(laptop, "merging", MergingPage)
    dialog(newest(stick))
    desks.press(Qt.Key.Key_O, ctrl=True)
    assert "还没有写入" in words(merging)
    desks.press(Qt.Key.Key_Return)
    assert "合并前已备份" in words(merging)
    # 两边各改同一户，笔记本的晚一小时；包带回警务室。
    set_home(post, homes[0], contact="王大爷")
    later(laptop, 1)
    set_home(laptop, homes[0], contact="王老伯")
    packing = desks.page(laptop, "packing", PackingPage)
    assert packing._where.currentData() == str(stick)  # 记住了优盘
    desks.press(Qt.Key.Key_Return)
    merging = desks.page(post, "merging", MergingPage)
    dialog(newest(stick))
    desks.press(Qt.Key.Key_O, ctrl=True)
    desks.press(Qt.Key.Key_Return)
    (question,) = merging.desk.questions.model.rows
    assert [answer.words for answer in question.answers] == ["王大爷", "王老伯"]
    assert question.answers[0].whose.startswith("警务室（本机）")
    assert contact(post, homes[0]) == "王老伯"
    with post.read() as connection:
        due = agenda(connection, desks.at(post).context.today)
    assert [item.text for item in due if item.kind == "合并"] == ["有1条两边登记不同，等人定"]
    # 光标已在单子上：1 是本机的，回车保存。
    assert merging.desk.questions.table.hasFocus()
    desks.press(Qt.Key.Key_1, Qt.Key.Key_Return)
    assert contact(post, homes[0]) == "王大爷"
    assert merging.desk.questions.model.rows == []
    (decided,) = merging.desk.decided.model.rows
    assert "王大爷" in decided.words
    # 笔记本从下一个包里得知，不再问。
    desks.page(post, "packing", PackingPage)
    desks.press(Qt.Key.Key_Return)
    merging = desks.page(laptop, "merging", MergingPage)
    dialog(newest(stick))
    desks.press(Qt.Key.Key_O, ctrl=True)
    desks.press(Qt.Key.Key_Return)
    assert contact(laptop, homes[0]) == "王大爷"
    assert merging.desk.questions.model.rows == []
    assert [one.site for one in merging.desk.decided.model.rows] == ["警务室"]
    assert digest_of(post) == digest_of(laptop)


@pytest.fixture
def apart(pair: Pair) -> list[Id]:
    """Three homes of both, each with another contact at either site; the laptop's are later."""
    homes = street(pair.post)
    pair.both_ways()
    for home in homes[:3]:
        set_home(pair.post, home, contact="甲")
    later(pair.laptop, 1)
    for home in homes[:3]:
        set_home(pair.laptop, home, contact="乙")
    return homes


def test_many_are_decided_at_once_and_one_key_takes_them_back(
    desks: Desks, pair: Pair, apart: list[Id]
) -> None:
    merging = desks.page(pair.post, "merging", MergingPage)
    merging.take([pair.send(pair.laptop)])
    settle(desks.qtbot, desks.shells[0])
    desks.press(Qt.Key.Key_Return)
    desks.press(Qt.Key.Key_A, ctrl=True)
    desks.press(Qt.Key.Key_1)
    questions = merging.desk.questions
    assert set(questions._chosen.values()) == {0}
    desks.press(Qt.Key.Key_F3)
    assert set(questions._chosen.values()) == {1}
    desks.press(Qt.Key.Key_F4)
    before = [contact(pair.post, home) for home in apart[:3]]
    desks.press(Qt.Key.Key_Return)
    assert before == ["乙"] * 3
    assert [contact(pair.post, home) for home in apart[:3]] == ["甲"] * 3
    desks.press(Qt.Key.Key_Z, ctrl=True)
    assert [contact(pair.post, home) for home in apart[:3]] == ["乙"] * 3
    (line,) = merging.desk.decided.model.rows
    assert line.undone
    assert len(questions.model.rows) == 3


def test_what_is_wrong_with_a_package_is_said_in_place_and_nothing_changes(
    desks: Desks, pair: Pair, copies: Copying
) -> None:
    street(pair.post)
    file = pair.send(pair.post)
    spoilt = pair.stick / "坏.tzpack"
    spoilt.write_bytes(file.read_bytes()[:-40])
    before = digest_of(pair.laptop), digest_of(pair.post)
    merging = desks.page(pair.laptop, "merging", MergingPage)
    for ledger, bad, match in (
        (pair.laptop, spoilt, "坏了或没有拷完整"),
        (pair.post, file, "不是给本机的"),
    ):
        merging = desks.page(ledger, "merging", MergingPage)
        merging.take([bad])
        settle(desks.qtbot, desks.at(ledger))
        assert match in words(merging)
        assert "台账没有改动" in words(merging)
    assert (digest_of(pair.laptop), digest_of(pair.post)) == before


def test_a_dropped_package_comes_in_once_and_escape_leaves_it_out(desks: Desks, pair: Pair) -> None:
    street(pair.post)
    sent = pair.send(pair.post)
    merging = desks.page(pair.laptop, "merging", MergingPage)
    before = digest_of(pair.laptop)

    def dropped() -> None:
        drop(sent, merging)
        settle(desks.qtbot, desks.shells[0])

    dropped()
    desks.press(Qt.Key.Key_Escape)
    assert digest_of(pair.laptop) == before
    dropped()
    desks.press(Qt.Key.Key_Return)
    assert digest_of(pair.laptop) == digest_of(pair.post)
    dropped()
    assert "里面的内容本机都有了" in words(merging)
    desks.press(Qt.Key.Key_Return)
    assert digest_of(pair.laptop) == digest_of(pair.post)


def test_people_entered_twice_are_joined_parted_again_and_told_apart(
    desks: Desks, pair: Pair
) -> None:
    (home, *_) = street(pair.post)
    pair.both_ways()
    person(pair.post, home, "张三", "13800000001")
    person(pair.laptop, home, "张三", "13800000001")
    exchanging.merge_file(pair.post, pair.send(pair.laptop))
    merging = desks.page(pair.post, "merging", MergingPage)
    merging.desk.turn_to(1)
    people = merging.desk.people
    assert [one.pair.reason for one in people.model.rows] == ["电话相同"]
    desks.press(Qt.Key.Key_1)
    assert people.model.rows == []
    merging.desk.turn_to(2)
    desks.press(Qt.Key.Key_Delete)
    assert len(people.model.rows) == 1
    merging.desk.turn_to(1)
    desks.press(Qt.Key.Key_Delete)
    assert people.model.rows == []
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    with pair.laptop.read() as connection:
        assert merge_desk.desk(connection).people == ()
    desks.press(Qt.Key.Key_Z, ctrl=True)
    assert len(people.model.rows) == 1


def test_what_arrived_is_told_and_unpairing_is_asked_twice(desks: Desks, pair: Pair) -> None:
    street(pair.post)
    pair.both_ways()
    exchanging.merge_file(pair.post, pair.send(pair.laptop))
    page = desks.page(pair.post, "pairing", PairingPage)
    (line,) = page._model.rows
    assert page._model.index(0, 1).data() == f"已到笔记本：{line.packed}条中的{line.packed}条"
    desks.press(Qt.Key.Key_Delete)
    assert "再按一次 Delete" in words(page)
    assert len(page._model.rows) == 1
    desks.press(Qt.Key.Key_Delete)
    assert page._model.rows == []


def test_the_desk_speaks_of_removals_and_of_what_other_tables_hold(pair: Pair) -> None:
    homes = street(pair.post)
    pair.both_ways()
    pair.laptop.write(Command("测试", Right.WRITE, lambda tx: tx.remove(Household, [homes[0]])))
    set_home(pair.post, homes[0], contact="甲")
    exchanging.merge_file(pair.post, pair.send(pair.laptop))
    with pair.post.read() as connection:
        (question,) = merge_desk.desk(connection).questions
    assert question.title == "晨园1号楼1单元101"
    assert [a.value for a in question.answers] == [True, False]
    assert question.ours == question.later == 0


@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_models_keep_to_their_rules(
    desks: Desks, pair: Pair, apart: list[Id], qtmodeltester: ModelTester, at: int
) -> None:
    view = desks.page(pair.post, "merging", MergingPage).desk
    qtmodeltester.check(
        (view.questions.model, view.people.model, view.decided.model)[at], force_py=True
    )
    exchanging.merge_file(pair.post, pair.send(pair.laptop))
    desks.page(pair.post, "merging", MergingPage)
    view.questions.choose_ours()
    view.questions.save()
    settle(desks.qtbot, desks.shells[0])
    assert len(view.decided.model.rows) == 1


def test_every_button_has_a_name_and_every_page_its_keys(desks: Desks, pair: Pair) -> None:
    for tab, kind in PAGES:
        page = desks.page(pair.post, tab, kind)
        assert page.keys
        assert all(one.accessibleName() for one in page.findChildren(QPushButton))


def test_a_reader_can_neither_pair_nor_pack_nor_merge_nor_decide(
    desks: Desks, ledger: Ledger, tmp_path: Path
) -> None:
    folder = shutil.copytree(
        ledger.place.folder, tmp_path / "read", ignore=shutil.ignore_patterns("*.lock")
    )
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as copied:
        copied.add_account("reader", "赵看", Role.READER, "看看 就好 不改 台账")
    with Ledger.unlock(folder, "看看 就好 不改 台账", user="reader", clock=morning()) as looked:
        for tab, kind in PAGES:
            page = desks.page(looked, tab, kind)
            doing = [
                one
                for one in page.findChildren(QPushButton)
                if one.isEnabled() and one.property("kind") == "main" and one.isVisible()
            ]
            assert [one.text() for one in doing if one.text() != "去配对"] == []
        desks.shells[0].hide()
        desks.shells[0].context.background.close()


def test_the_fingerprint_is_on_paper(pair: Pair) -> None:
    with pair.post.read() as connection:
        card = sites.my_card(connection)
    paper = site_card(card.name, card.fingerprint, post="三号警务室", made=morning().now().date())
    (page,) = PdfReader(BytesIO(pdf_of([paper]))).pages
    assert all(group in page.extract_text() for group in card.fingerprint.split())
