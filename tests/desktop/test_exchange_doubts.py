"""What is said at the exchange's pages stays true: a stop too late, one bad package among several."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from db import exchanging
from db.kernel.ids import Id
from desktop.exchange.merging import MergingPage
from desktop.exchange.packing import PackingPage
from tests.builders import street
from tests.desktop.conftest import settle
from tests.desktop.desks import Desks
from tests.desktop.test_exchange_page import apart, copies, desks, later, pair, set_home, words
from tests.exchange.sites import Pair, digest_of

__all__ = ["apart", "copies", "desks", "pair"]


def test_a_choice_not_saved_yet_goes_when_a_package_brings_another_answer(
    desks: Desks, pair: Pair, apart: list[Id]
) -> None:
    merging = desks.page(pair.post, "merging", MergingPage)

    def take_in() -> None:
        merging.take([pair.send(pair.laptop)])
        settle(desks.qtbot, desks.shells[0])
        desks.press(Qt.Key.Key_Return)

    take_in()
    questions = merging.desk.questions
    questions.choose_later()
    later(pair.laptop, 1)
    set_home(pair.laptop, apart[0], contact="丙")
    take_in()
    assert len(questions._chosen) == 2
    questions.save()
    settle(desks.qtbot, desks.shells[0])
    assert [one.record for one in questions.model.rows] == [apart[0]]
