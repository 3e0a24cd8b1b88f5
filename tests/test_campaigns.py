"""Campaigns are set up, put right, and taken out while nothing rests on them."""

from dataclasses import replace
from datetime import date

import pytest

from db.coverage import coverage
from db.history import bring_back, removed
from db.kernel.access import Right, Role, require
from db.kernel.errors import AccessDenied, UserError
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.visits import campaigns, count_visits
from db.visits.campaigning import CampaignDraft, add_campaign, change_campaign, remove_campaign
from tests.builders import add_community, add_visits, street, visit
from tests.reading import digest

DRAFT = CampaignDraft("反诈入户", date(2026, 3, 1), date(2026, 3, 31), topics=("反诈宣传",))


def test_a_changed_campaign_counts_by_its_new_rules(ledger: Ledger) -> None:
    doors = street(ledger)
    made = ledger.write(add_campaign(DRAFT)).value
    add_visits(ledger, [visit(doors[0], "not_home"), visit(doors[1])])
    ledger.write(change_campaign(made, replace(DRAFT, tries=1, start=date(2026, 3, 10))))
    with ledger.read() as connection:
        (line,) = campaigns(connection)
        (counted,) = coverage(connection, line, date(2026, 3, 23))
    assert (line.tries, line.start, line.topics) == (1, date(2026, 3, 10), ("反诈宣传",))
    assert (counted.done, counted.exhausted) == (1, 1)


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (replace(DRAFT, name="  "), "起一个名称"),
        (replace(DRAFT, name="长" * 41), "太长"),
        (replace(DRAFT, end=date(2026, 2, 1)), "早于开始"),
        (replace(DRAFT, tries=0), "1到20"),
        (replace(DRAFT, name="消防"), "已经有叫“消防”"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused(
    ledger: Ledger, draft: CampaignDraft, reason: str
) -> None:
    ledger.write(add_campaign(replace(DRAFT, name="消防")))
    made = ledger.write(add_campaign(DRAFT)).value
    with pytest.raises(UserError, match=reason):
        ledger.write(change_campaign(made, draft))


def test_a_campaign_taken_out_leaves_its_visits(ledger: Ledger) -> None:
    doors = street(ledger)
    made = ledger.write(add_campaign(DRAFT)).value
    add_visits(ledger, [visit(doors[0])])
    ledger.write(remove_campaign(made))
    with ledger.read() as connection:
        assert campaigns(connection) == []
        assert count_visits(connection, Period(DRAFT.start, DRAFT.end)).records == 1
    with pytest.raises(UserError, match="已经不在"):
        ledger.write(change_campaign(made, DRAFT))


def test_a_campaign_taken_out_comes_back_from_the_bin(ledger: Ledger) -> None:
    community = ledger.write(add_community("第三社区")).value
    made = ledger.write(add_campaign(replace(DRAFT, communities=(community,)))).value
    before = digest(ledger)
    ledger.write(remove_campaign(made))
    with ledger.read() as connection:
        (line,) = removed(connection)
    assert (line.entity, line.noun, line.title) == ("campaign", "走访任务", "反诈入户")
    assert ledger.write(bring_back("campaign", made)).value == 1
    assert digest(ledger) == before
    with ledger.read() as connection:
        assert removed(connection) == []


def test_a_campaign_stays_out_while_another_has_its_name(ledger: Ledger) -> None:
    """A name is used once: the screens tell campaigns by it."""
    made = ledger.write(add_campaign(DRAFT)).value
    ledger.write(remove_campaign(made))
    again = ledger.write(add_campaign(replace(DRAFT, end=date(2026, 4, 30)))).value
    with pytest.raises(UserError, match="已经有叫“反诈入户”"):
        ledger.write(bring_back("campaign", made))
    with ledger.read() as connection:
        assert [line.id for line in campaigns(connection)] == [again]


def test_who_sets_no_campaigns_brings_none_back() -> None:
    """Bringing back would be a way round the right that setting one asks for."""
    command = bring_back("campaign", b"0" * 16)
    assert command.right is Right.CAMPAIGN
    with pytest.raises(AccessDenied):
        require(Role.WORKER, command.right)
