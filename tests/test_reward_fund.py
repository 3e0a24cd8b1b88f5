"""The fund that rewards are paid from: it never pays what it has not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.ledger import Ledger
from db.rewards import (
    MOST_DEPOSIT,
    DepositDraft,
    Receiver,
    RewardDraft,
    deposit_problems,
)
from db.rewards.fund import add_deposit, change_deposit, fund_lines, void_deposit
from db.rewards.granting import grant, pay, void_reward
from db.rewards.lists import (
    RewardQuery,
    reward_totals,
)
from tests.rewarding import MATTER, MONEY, TODAY, left, listed, two_people


@pytest.fixture
def two(ledger: Ledger) -> tuple[Id, Id]:
    return two_people(ledger)


def test_the_fund_never_pays_what_it_has_not(ledger: Ledger, two: tuple[Id, Id]) -> None:
    made = ledger.write(grant(Receiver(two[0]), MATTER)).value
    with pytest.raises(UserError, match=r"2026-03-21会差200\.00元。没有登记发放"):
        ledger.write(pay([made], date(2026, 3, 21)))
    deposit = ledger.write(add_deposit(replace(MONEY, day=date(2026, 3, 22)))).value
    with pytest.raises(UserError, match="2026-03-21会差"):
        ledger.write(pay([made], date(2026, 3, 21)))
    assert left(ledger) == 1000_00
    ledger.write(pay([made], date(2026, 3, 22)))
    for refused in (
        change_deposit(deposit, replace(MONEY, day=date(2026, 3, 22), amount=199_99)),
        change_deposit(deposit, replace(MONEY, day=date(2026, 3, 23))),
        void_deposit(deposit, "重复登记"),
    ):
        with pytest.raises(UserError, match="奖励资金不够"):
            ledger.write(refused)
    assert left(ledger) == 800_00
    ledger.write(change_deposit(deposit, replace(MONEY, day=date(2026, 3, 22), amount=200_00)))
    assert left(ledger) == 0


def test_many_are_paid_at_once_or_none(ledger: Ledger, two: tuple[Id, Id]) -> None:
    ledger.write(add_deposit(replace(MONEY, amount=500_00)))
    made = [
        ledger.write(
            grant(Receiver(two[n % 2]), replace(MATTER, matter=f"事项{n}", amount=200_00))
        ).value
        for n in range(3)
    ]
    with pytest.raises(UserError, match=r"会差100\.00元"):
        ledger.write(pay(made, TODAY))
    assert {row.state for row in listed(ledger)} == {"granted"}
    assert ledger.write(pay(made[:2], TODAY)).value == 400_00
    with ledger.read() as connection:
        assert reward_totals(connection, RewardQuery()) == (3, 1, 2, 0, 200_00, 400_00)


def test_a_thing_takes_nothing_from_the_fund(ledger: Ledger, two: tuple[Id, Id]) -> None:
    thing = replace(MATTER, amount=None, thing="保温杯")
    made = ledger.write(grant(Receiver(two[0]), thing)).value
    assert ledger.write(pay([made], TODAY)).value == 0
    with ledger.read() as connection:
        assert fund_lines(connection) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": 0}, "大于零"),
        ({"amount": MOST_DEPOSIT + 1}, "超过1000000元"),
        ({"day": date(2026, 3, 24)}, "今天以后"),
        ({"origin": ""}, "缺少来源"),
    ],
)
def test_what_is_no_deposit_is_refused(
    ledger: Ledger, change: dict[str, object], reason: str
) -> None:
    draft = replace(MONEY, **change)  # type: ignore[arg-type]
    assert reason in next(deposit_problems(draft, TODAY)).reason
    with pytest.raises(UserError, match=reason):
        ledger.write(add_deposit(draft))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "grant", "pay", "void reward", "void deposit"]),
        st.integers(0, 12),
        st.sampled_from([50_00, 333_33, 1000_00]),
    ),
    max_size=14,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_no_order_of_commands_leaves_the_fund_below_zero(
    ledger: Ledger, two: tuple[Id, Id], steps: list[tuple[str, int, int]]
) -> None:
    """Whatever is tried, each balance is the sum of what stands before it and never below zero."""
    made: dict[str, list[Id]] = {"deposit": [], "reward": []}
    for n, (what, at, amount) in enumerate(steps):
        day = date(2026, 3, 1) + timedelta(days=at)
        try:
            if what == "deposit":
                done = ledger.write(add_deposit(DepositDraft(day, amount, "拨款")))
                made["deposit"].append(done.value)
            elif what == "grant":
                draft = RewardDraft(f"事项{new_id().hex()}", day, "理由", amount, None, day)
                made["reward"].append(ledger.write(grant(Receiver(two[n % 2]), draft)).value)
            else:
                ids = made["deposit" if what == "void deposit" else "reward"]
                if not ids:
                    continue
                id_ = ids[at % len(ids)]
                command = {
                    "pay": pay([id_], TODAY - timedelta(days=at)),
                    "void reward": void_reward(id_, "错"),
                    "void deposit": void_deposit(id_, "错"),
                }[what]
                ledger.write(command)
        except UserError:
            continue
    with ledger.read() as connection:
        lines = fund_lines(connection)
    running = 0
    for line in lines:
        if line.voided is None:
            running += line.amount * (1 if line.kind == "deposit" else -1)
        assert line.balance == running >= 0


def test_an_undone_deposit_shows_what_is_missing(ledger: Ledger, two: tuple[Id, Id]) -> None:
    """Undo asks nobody what was paid since; the fund then says so and pays no more."""
    deposit = ledger.write(add_deposit(MONEY)).no
    made = ledger.write(grant(Receiver(two[0]), MATTER)).value
    other = ledger.write(grant(Receiver(two[0]), replace(MATTER, matter="另一件"))).value
    ledger.write(pay([made], TODAY))
    ledger.undo(deposit)
    assert left(ledger) == -200_00
    with pytest.raises(UserError, match="奖励资金不够"):
        ledger.write(pay([other], TODAY))


def test_a_fund_that_an_undo_left_short_is_made_up_bit_by_bit(
    ledger: Ledger, two: tuple[Id, Id]
) -> None:
    kept = ledger.write(add_deposit(replace(MONEY, amount=50_00))).value
    gone = ledger.write(add_deposit(replace(MONEY, amount=150_00))).no
    made = ledger.write(grant(Receiver(two[0]), MATTER)).value
    thing = replace(MATTER, matter="另一件", amount=None, thing="保温杯")
    cup = ledger.write(grant(Receiver(two[0]), thing)).value
    ledger.write(pay([made], TODAY))
    ledger.undo(gone)
    assert left(ledger) == -150_00
    ledger.write(change_deposit(kept, replace(MONEY, amount=120_00)))
    assert left(ledger) == -80_00
    for worse in (
        change_deposit(kept, replace(MONEY, amount=119_99)),
        void_deposit(kept, "重复登记"),
    ):
        with pytest.raises(UserError, match="奖励资金不够"):
            ledger.write(worse)
    # A thing takes nothing from the fund, short or not.
    ledger.write(pay([cup], TODAY))
    assert left(ledger) == -80_00
