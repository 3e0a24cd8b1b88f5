"""Rewards: one matter one reward, the fund that pays them, and what stays in sight when voided."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from db.agenda import agenda
from db.disputes import Dispute
from db.disputes.course import MediationSession
from db.history import record_history
from db.kernel.access import Role
from db.kernel.errors import AccessDenied, UserError
from db.kernel.ids import Id, new_id
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer, remove_volunteer
from db.rewards import (
    Receiver,
    Reward,
    RewardDeposit,
    reward_problems,
)
from db.rewards.fund import add_deposit, fund_lines, void_deposit
from db.rewards.granting import change_reward, grant, pay, void_reward
from db.rewards.lists import (
    Matter,
    RewardQuery,
    matters_of,
    reward_totals,
    same_day,
)
from db.sample import PASSWORD
from tests.builders import add_community, rows_command
from tests.conftest import POST, morning
from tests.rewarding import MATTER, MONEY, TODAY, left, listed, two_people


@pytest.fixture
def two(ledger: Ledger) -> tuple[Id, Id]:
    return two_people(ledger)


def test_a_reward_is_granted_paid_from_the_fund_and_taken_back(
    ledger: Ledger, two: tuple[Id, Id]
) -> None:
    ledger.write(add_deposit(MONEY))
    made = ledger.write(grant(Receiver(two[0]), MATTER)).value
    (row,) = listed(ledger)
    assert (row.name, row.state, row.amount, row.happened) == (
        "王芳", "granted", 200_00, date(2026, 3, 18),
    )  # fmt: skip
    assert left(ledger) == 1000_00
    paid = ledger.write(pay([made], date(2026, 3, 22)))
    assert (paid.value, left(ledger), listed(ledger)[0].state) == (200_00, 800_00, "paid")
    ledger.undo(paid.no)
    assert (left(ledger), listed(ledger)[0].state) == (1000_00, "granted")


def test_a_matter_is_known_by_its_words_and_day_whoever_gets_the_reward(
    ledger: Ledger, two: tuple[Id, Id]
) -> None:
    ledger.write(grant(Receiver(two[0]), MATTER))
    twice = replace(MATTER, matter="劝阻 电信诈骗", amount=None, thing="保温杯")
    for who in two:
        with pytest.raises(UserError, match=r"已经奖过：王芳 200\.00元（2026-03-20）.*再奖理由"):
            ledger.write(grant(Receiver(who), twice))
    ledger.write(grant(Receiver(two[1]), replace(twice, again="两人一起劝住的")))
    assert [(row.name, row.again) for row in listed(ledger)] == [
        ("李强", "两人一起劝住的"), ("王芳", None),
    ]  # fmt: skip
    other = replace(MATTER, happened=date(2026, 3, 19))
    ledger.write(grant(Receiver(two[0]), replace(other, again="没有奖过")))
    assert [row.again for row in listed(ledger, RewardQuery(text="王芳"))] == [None, None]


def test_a_matter_is_known_by_its_source_in_whatever_words(
    ledger: Ledger, two: tuple[Id, Id]
) -> None:
    """Two sessions of one dispute are one matter."""
    dispute, sessions = new_id(), [new_id(), new_id()]
    row = {"id": dispute, "registered": date(2026, 3, 2), "kind": "neighbour"}
    ledger.write(rows_command(Dispute, [row]))
    held = [
        {
            "id": id_, "dispute": dispute, "day": date(2026, 3, 3 + n), "result": "continued",
            "volunteers": two,
        }
        for n, id_ in enumerate(sessions)
    ]  # fmt: skip
    ledger.write(rows_command(MediationSession, held))

    def offered() -> list[Matter]:
        with ledger.read() as connection:
            return matters_of(connection, two[0], TODAY)

    assert offered() == [
        Matter("dispute", dispute, date(2026, 3, 4), "参与调解：邻里纠纷", before=False)
    ]
    to = Receiver(two[0], "dispute", dispute)
    made = ledger.write(grant(to, replace(MATTER, matter="调解邻里纠纷"))).value
    assert [one.before for one in offered()] == [True]
    later = replace(MATTER, matter="劝和两家", happened=date(2026, 3, 4))
    with pytest.raises(UserError, match="已经奖过"):
        ledger.write(grant(Receiver(two[1], "dispute", dispute), later))
    ledger.write(void_reward(made, "登记错了"))
    assert [one.before for one in offered()] == [False]
    ledger.write(grant(Receiver(two[1], "dispute", dispute), later))


def test_another_matter_of_the_day_is_told_not_refused(ledger: Ledger, two: tuple[Id, Id]) -> None:
    made = ledger.write(grant(Receiver(two[0]), MATTER)).value
    with ledger.read() as connection:
        assert [row.id for row in same_day(connection, two[0], MATTER.happened or TODAY)] == [made]
        assert same_day(connection, two[0], MATTER.happened or TODAY, leave=made) == []
        assert same_day(connection, two[1], MATTER.happened or TODAY) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": 49_99}, "最少奖50元"),
        ({"amount": 1000_01}, "最多奖1000元"),
        ({"amount": None}, "请填金额，或者写实物"),
        ({"thing": "保温杯"}, "只填一样"),
        ({"matter": ""}, "缺少奖励事项"),
        ({"reason": ""}, "缺少奖励理由"),
        ({"happened": None}, "缺少事情日期"),
        ({"happened": date(2026, 3, 21)}, "早于事情日期"),
        ({"day": date(2026, 3, 24)}, "今天以后"),
        ({"matter": "帮 110101199003074477 找到"}, "身份证"),
    ],
)
def test_what_is_no_reward_is_refused_by_form_and_command(
    ledger: Ledger, two: tuple[Id, Id], change: dict[str, object], reason: str
) -> None:
    draft = replace(MATTER, **change)  # type: ignore[arg-type]
    assert reason in next(reward_problems(draft, TODAY)).reason
    with pytest.raises(UserError, match=reason):
        ledger.write(grant(Receiver(two[0]), draft))
    assert listed(ledger) == []


@pytest.mark.parametrize("amount", [50_00, 1000_00])
def test_the_ends_of_the_span_are_in_it(amount: int) -> None:
    assert list(reward_problems(replace(MATTER, amount=amount), TODAY)) == []


def test_what_is_voided_stays_and_counts_for_nothing(ledger: Ledger, two: tuple[Id, Id]) -> None:
    deposit = ledger.write(add_deposit(MONEY)).value
    made = ledger.write(grant(Receiver(two[0]), MATTER)).value
    ledger.write(pay([made], TODAY))
    with pytest.raises(UserError, match="写作废的原因"):
        ledger.write(void_reward(made, " "))
    ledger.write(void_reward(made, "发错了人"))
    (row,) = listed(ledger)
    assert (row.state, row.void_reason, row.paid) == ("voided", "发错了人", TODAY)
    with ledger.read() as connection:
        lines = fund_lines(connection)
        totals = reward_totals(connection, RewardQuery())
        told = record_history(connection, "reward", made)
    assert [(line.kind, line.amount, line.balance, line.voided) for line in lines] == [
        ("deposit", 1000_00, 1000_00, None), ("payment", 200_00, 1000_00, TODAY),
    ]  # fmt: skip
    assert lines[1].note == "作废：发错了人"
    assert totals == (1, 0, 0, 1, 0, 0)
    assert [change.new for entry in told for change in entry.changes if "金额" in change.label] == [
        "200.00"
    ]
    for refused in (
        pay([made], TODAY),
        void_reward(made, "再来"),
        change_reward(made, Receiver(two[0]), MATTER),
    ):
        with pytest.raises(UserError, match="已经作废"):
            ledger.write(refused)
    # Its matter is free again.
    ledger.write(grant(Receiver(two[1]), MATTER))
    ledger.write(void_deposit(deposit, "记错了"))
    assert left(ledger) == 0
    with pytest.raises(UserError, match="已经作废"):
        ledger.write(void_deposit(deposit, "再来"))


def test_what_is_paid_stays_as_it_is(ledger: Ledger, two: tuple[Id, Id]) -> None:
    ledger.write(add_deposit(MONEY))
    made = ledger.write(grant(Receiver(two[0]), MATTER)).value
    ledger.write(change_reward(made, Receiver(two[1]), replace(MATTER, amount=300_00)))
    assert (listed(ledger)[0].name, listed(ledger)[0].amount) == ("李强", 300_00)
    for day, reason in ((date(2026, 3, 19), "决定日期"), (date(2026, 3, 24), "决定日期")):
        with pytest.raises(UserError, match=reason):
            ledger.write(pay([made], day))
    ledger.write(pay([made], TODAY))
    with pytest.raises(UserError, match="没有重复发放"):
        ledger.write(pay([made], TODAY))
    with pytest.raises(UserError, match="已经发放"):
        ledger.write(change_reward(made, Receiver(two[1]), MATTER))
    assert left(ledger) == 700_00


def test_who_grants_is_police_and_who_pays_an_officer(tmp_path: Path) -> None:
    folder, long = tmp_path / "post", "一个足够长的口令 for tests"
    made, _ = Ledger.create(folder, POST, PASSWORD, clock=morning())
    with made as officer:
        who = _person(officer)
        officer.write(add_deposit(MONEY))
        for name, role in (("辅警", Role.AUXILIARY), ("社工", Role.WORKER)):
            officer.add_account(name, name, role, long)
    with (
        Ledger.unlock(folder, long, user="社工", clock=morning()) as worker,
        pytest.raises(AccessDenied, match="登记奖励"),
    ):
        worker.write(grant(Receiver(who), MATTER))
    with Ledger.unlock(folder, long, user="辅警", clock=morning()) as auxiliary:
        given = auxiliary.write(grant(Receiver(who), MATTER)).value
        for refused in (pay([given], TODAY), void_reward(given, "不要了"), add_deposit(MONEY)):
            with pytest.raises(AccessDenied, match="奖励资金"):
                auxiliary.write(refused)
    with Ledger.unlock(folder, PASSWORD, user="民警", clock=morning()) as officer:
        assert officer.write(pay([given], TODAY)).value == 200_00


def _person(ledger: Ledger) -> Id:
    community = ledger.write(add_community("第三社区")).value
    return ledger.write(add_volunteer(VolunteerPlace(community), VolunteerDraft("王芳"))).value


def test_who_was_rewarded_is_not_taken_off_the_roster(ledger: Ledger, two: tuple[Id, Id]) -> None:
    ledger.write(grant(Receiver(two[0]), MATTER))
    with pytest.raises(UserError, match="不能删除"):
        ledger.write(remove_volunteer(two[0]))


def test_rewards_are_nothing_that_is_due(ledger: Ledger, two: tuple[Id, Id]) -> None:
    ledger.write(grant(Receiver(two[0]), MATTER))
    with ledger.read() as connection:
        assert agenda(connection, TODAY) == []


def test_every_table_is_told_in_words(ledger: Ledger, two: tuple[Id, Id]) -> None:
    deposit = ledger.write(add_deposit(MONEY)).value
    made = ledger.write(grant(Receiver(two[0]), MATTER)).value
    with ledger.read() as connection:
        said = {
            change.label: change.new
            for record, entity in ((made, Reward), (deposit, RewardDeposit))
            for entry in record_history(connection, entity.__tablename__, record)
            for change in entry.changes
        }
    assert said["奖给"] == "王芳"
    assert (said["来源"], said["到账日期"]) == ("街道拨款", "2026-03-01")
