"""A decision of the merge desk taken back: everybody is asked again, and everybody hears of it."""

import pytest

from db.exchange.deciding import REMOVED_HERE, Choice, count_open, decide, open_conflicts
from db.kernel.errors import UserError
from db.kernel.history import history
from db.kernel.ids import Id
from db.ledger import Ledger
from db.merge_desk import desk
from db.places import Household
from tests.builders import rows_command, street
from tests.exchange.histories import command
from tests.exchange.sites import Copying, Pair, bring, digest_of, exchange_fully, to_decide
from tests.exchange.test_rules import _contact, _home, _later, _set


@pytest.fixture
def differing(copies: Copying) -> tuple[list[Ledger], Id]:
    """Three sites, of which two set one home's contact apart; 乙 is the later."""
    ledgers = copies(3)
    a, b, _ = ledgers
    home, *_ = street(a)
    exchange_fully(ledgers, rounds=1)
    _set(a, home, contact="甲")
    _later(b, hours=1)
    _set(b, home, contact="乙")
    exchange_fully(ledgers)
    return ledgers, home


Differing = tuple[list[Ledger], Id]


def _decide(ledger: Ledger, home: Id, value: object, field: str = "contact") -> int:
    return ledger.write(decide([Choice("household", home, field, value)])).no


def _same_everywhere(ledgers: list[Ledger], home: Id, contact: str | None, *asked: str) -> None:
    exchange_fully(ledgers)
    for ledger in ledgers:
        assert _contact(ledger, home) == contact
        assert to_decide(ledger) == {("household", home, field) for field in asked}
    assert len({digest_of(ledger) for ledger in ledgers}) == 1


@pytest.mark.parametrize("chosen", ["甲", "乙", "丙"])
def test_a_decision_taken_back_is_asked_again_with_the_same_sides(
    differing: Differing, chosen: str
) -> None:
    ledgers, home = differing
    a, _, c = ledgers
    with a.read() as connection:
        before = open_conflicts(connection)[0].differences
    no = _decide(a, home, chosen)
    assert set(a.undo(no).touched["household"]) == {home}
    assert _contact(a, home) == "乙"
    with a.read() as connection:
        (conflict,) = open_conflicts(connection)
        (line,) = desk(connection).decided
    assert conflict.differences == before
    assert line.undone
    _same_everywhere(ledgers, home, "乙", "contact")
    _decide(c, home, chosen)
    _same_everywhere(ledgers, home, chosen)


@pytest.mark.parametrize("chosen", ["甲", "乙"])
def test_an_undo_asks_again_where_the_decision_had_arrived(
    differing: Differing, chosen: str
) -> None:
    ledgers, home = differing
    a, *_ = ledgers
    no = _decide(a, home, chosen)
    _same_everywhere(ledgers, home, chosen)
    a.undo(no)
    _same_everywhere(ledgers, home, "乙", "contact")


def test_anybody_may_take_it_back_and_take_that_back_again(differing: Differing) -> None:
    ledgers, home = differing
    a, b, _ = ledgers
    _decide(a, home, "甲")
    bring(a, b)
    with b.read() as connection:
        entry = next(e for e in history(connection, 9) if e.action.startswith("裁定"))
    back = b.undo(entry.no)
    _same_everywhere(ledgers, home, "乙", "contact")
    b.undo(back.no)
    _same_everywhere(ledgers, home, "甲")


def test_a_second_decision_stands_whoever_took_the_first_back(differing: Differing) -> None:
    ledgers, home = differing
    a, b, _ = ledgers
    first = _decide(a, home, "甲")
    _decide(b, home, "甲")
    a.undo(first)
    _same_everywhere(ledgers, home, "甲")


def test_what_was_set_since_stands_and_nobody_is_asked(differing: Differing) -> None:
    ledgers, home = differing
    a, b, _ = ledgers
    no = _decide(a, home, "甲")
    bring(a, b)
    _set(b, home, contact="丁")
    a.undo(no)
    _same_everywhere(ledgers, home, "丁")


def test_a_decision_others_built_on_is_not_taken_back(differing: Differing) -> None:
    (a, *_), home = differing
    no = _decide(a, home, "甲")
    _set(a, home, contact="丁")
    with pytest.raises(UserError, match="请先撤销它"):
        a.undo(no)
    assert _contact(a, home) == "丁"


def test_a_late_change_that_lost_is_no_reason_to_write_an_older_value(
    differing: Differing,
) -> None:
    """What stands after the undo is what all changes give, not what stood before the decision."""
    ledgers, home = differing
    a, b, c = ledgers
    _later(a, hours=2)
    no = _decide(a, home, "甲")
    c.write(
        command(lambda tx: tx.change(Household, {home: {"contact": "丙", "phone": "13800000009"}}))
    )
    bring(c, a)
    a.undo(no)
    exchange_fully(ledgers)
    assert len({digest_of(ledger) for ledger in (a, b, c)}) == 1
    assert to_decide(a) == to_decide(b) == to_decide(c)


@pytest.mark.parametrize("stays", [True, False])
def test_whether_a_record_stays_is_asked_again(copies: Copying, *, stays: bool) -> None:
    ledgers = copies(3)
    a, b, _ = ledgers
    home, *_ = street(a)
    exchange_fully(ledgers, rounds=1)
    a.write(command(lambda tx: tx.remove(Household, [home])))
    _set(b, home, contact="乙")
    exchange_fully(ledgers)
    no = _decide(b, home, stays, REMOVED_HERE)
    exchange_fully(ledgers)
    assert all((_home(ledger, home) is not None) == stays for ledger in ledgers)
    back = b.undo(no)
    _same_everywhere(ledgers, home, "乙", REMOVED_HERE)
    b.undo(back.no)
    exchange_fully(ledgers)
    assert all((_home(ledger, home) is not None) == stays for ledger in ledgers)
    assert len({digest_of(ledger) for ledger in ledgers}) == 1


def test_two_removals_decided_apart_are_both_taken_back_before_the_record_returns(
    copies: Copying,
) -> None:
    ledgers = copies(2)
    a, b = ledgers
    home, *_ = street(a)
    exchange_fully(ledgers, rounds=1)
    a.write(command(lambda tx: tx.remove(Household, [home])))
    _set(b, home, contact="乙")
    exchange_fully(ledgers)
    one, other = (_decide(ledger, home, value=False, field=REMOVED_HERE) for ledger in ledgers)
    exchange_fully(ledgers)
    a.undo(one)
    exchange_fully(ledgers)
    assert _home(a, home) is None
    assert _home(b, home) is None
    b.undo(other)
    _same_everywhere(ledgers, home, "乙", REMOVED_HERE)


def test_the_address_of_a_home_taken_back_may_be_another_homes_by_now(copies: Copying) -> None:
    """Both are one then, as with any address entered twice."""
    ledgers = copies(2)
    a, b = ledgers
    home, *_ = street(a)
    exchange_fully(ledgers, rounds=1)
    a.write(command(lambda tx: tx.remove(Household, [home])))
    _set(b, home, contact="乙")
    exchange_fully(ledgers)
    row = _home(a, home)
    assert row is not None
    no = _decide(a, home, value=False, field=REMOVED_HERE)
    again = bytes(16)
    a.write(rows_command(Household, [{**row, "id": again, "contact": "丁"}]))
    a.undo(no)
    exchange_fully(ledgers)
    assert digest_of(a) == digest_of(b)
    assert (_home(a, home) is None) != (_home(a, again) is None)


def test_an_undone_decision_goes_through_a_package(pair: Pair) -> None:
    home, *_ = street(pair.post)
    pair.both_ways()
    _set(pair.post, home, contact="甲")
    _later(pair.laptop, hours=1)
    _set(pair.laptop, home, contact="乙")
    pair.both_ways()
    no = _decide(pair.post, home, "甲")
    pair.both_ways()
    pair.post.undo(no)
    pair.both_ways()
    for ledger in (pair.post, pair.laptop):
        assert _contact(ledger, home) == "乙"
        with ledger.read() as connection:
            assert count_open(connection) == 1
