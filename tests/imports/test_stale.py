"""Rows whose file is older than a hand's change: named in the words people know, never in codes."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.disputes import Dispute
from db.disputes.life import ConclusionDraft, conclude
from db.imports.account import FileAccount
from db.imports.cells import written
from db.imports.headings import KINDS, Heading
from db.imports.plan import RowReader, Table
from db.ledger import Ledger
from db.people import Volunteer, VolunteerDraft
from db.people.roster import VolunteerPlace, change_volunteer
from db.places import Community, Household, HouseholdDraft, change_household
from tests.imports.books import HOMES, book, bring_in, home, seen

DISPUTES = ["编号", "登记日期", "来源", "纠纷类型", "甲方", "乙方", "简要情况", "调解结果"]
PEOPLE = ["社区", "小区", "楼栋", "姓名", "身份"]


def stale(ledger: Ledger, file: Path) -> list[tuple[str, str]]:
    made = seen(ledger, file)
    return [(t.column, t.value) for a in made.accounts for t in a.told if t.fate == "stale"]


def only(ledger: Ledger, column: Any) -> Any:
    with ledger.read() as connection:
        return connection.execute(select(column)).scalar_one()


def test_a_result_concluded_by_hand_is_told_in_its_word(ledger: Ledger, tmp_path: Path) -> None:
    """原值 showed the code `open`."""
    line = "2026-0001 2026-02-10 走访发现 邻里纠纷 王英 李四 漏水 调解中".split()
    file = book(tmp_path / "1.xlsx", 台账=[DISPUTES, line])
    bring_in(ledger, file)
    ended = ConclusionDraft(day=date(2026, 3, 2), outcome="withdrawn", reason="双方自行和好")
    ledger.write(conclude(only(ledger, Dispute.id), ended))
    assert stale(ledger, file) == [("调解结果", "调解中")]


def test_a_home_changed_by_hand_is_told_in_its_word(ledger: Ledger, tmp_path: Path) -> None:
    file = book(tmp_path / "1.xlsx", 台账=[HOMES, home(101, 居住状态="出租", 户主姓名="王英")])
    bring_in(ledger, file)
    by_hand = HouseholdDraft(contact="王英", occupancy="empty")
    ledger.write(change_household(only(ledger, Household.id), by_hand))
    assert stale(ledger, file) == [("居住状态", "出租")]


def test_a_volunteer_changed_by_hand_is_told_in_their_word(ledger: Ledger, tmp_path: Path) -> None:
    """A building named in words is kept by its id; the file's own words are shown for it."""
    homes = book(tmp_path / "1.xlsx", 台账=[HOMES, home(101)])
    bring_in(ledger, homes)
    person = ["第一社区", "晨园", "3号楼", "王英", "联户长"]
    file = book(tmp_path / "2.xlsx", 名册=[PEOPLE, person])
    bring_in(ledger, file)
    place = VolunteerPlace(only(ledger, Community.id))
    draft = VolunteerDraft(name="王英", role="grid_member")
    ledger.write(change_volunteer(only(ledger, Volunteer.id), place, draft))
    assert sorted(stale(ledger, file)) == [("楼栋", "3号楼"), ("身份", "联户长")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_is_told_in_the_word_an_export_writes(kind: str) -> None:
    ledger = KINDS[kind]
    heading = Heading(ledger, 0, 0, {}, {})
    reader = RowReader(
        Table("1.xlsx", "台账", heading, []), FileAccount("1.xlsx", kind), date(2026, 3, 16)
    )
    told = 0
    for name, field in ledger.fields.items():
        for code in set((field.choices or {}).values()) if field.kind == "choice" else ():
            assert reader.in_words(name, code) == written(field, code)
            told += 1
        if field.kind in ("time", "hours"):
            assert reader.in_words(name, 90) == str(written(field, 90))
    assert told
