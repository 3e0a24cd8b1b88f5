"""Figures: the sample's three weeks equal its own count, random ledgers equal a naive count."""

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.coverage import coverage
from db.disputes.facts import Clocks, Ending, Facts, Reopened, count_disputes
from db.figures.rates import percent
from db.figures.spans import span_figures
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Period, Week
from db.ledger import Ledger
from db.places import HouseholdDraft, change_household
from db.visits import CampaignLine, campaigns, count_visits
from db.visits.campaigning import CampaignDraft, add_campaign
from tests.builders import add_visits, street, visit
from tests.conftest import SAMPLE
from tests.figures import differences

EXPECTED = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("expected", EXPECTED["weeks"], ids=lambda week: str(week["week"]))
def test_the_samples_weeks_equal_their_own_count(sample: Ledger, expected: dict[str, Any]) -> None:
    with sample.read() as connection:
        found = span_figures(connection, Week.parse(expected["week"])).to_json()
    assert differences(expected, found) == []
    assert found["coverage"]["campaign"] == EXPECTED["campaign"]["name"]


def test_a_week_and_the_week_before_are_the_same_figures(sample: Ledger) -> None:
    with sample.read() as connection:
        later = span_figures(connection, Week(2026, 12)).to_json()
        earlier = span_figures(connection, Week(2026, 11)).to_json()
    for block in ("visits", "disputes", "trainings", "coverage"):
        assert later["previous"][block] == earlier[block]


def test_month_and_year_run_to_sunday_and_count_homes_once(sample: Ledger) -> None:
    with sample.read() as connection:
        found = span_figures(connection, Week(2026, 12)).to_json()
        march = count_visits(connection, Period(date(2026, 3, 1), date(2026, 3, 22)))
    assert (found["month"]["start"], found["month"]["end"]) == ("2026-03-01", "2026-03-22")
    assert found["month"]["visits"]["households"] == march.households
    assert found["year"]["visits"]["records"] >= found["month"]["visits"]["records"]
    assert "coverage" not in found["month"]


def test_no_campaign_is_null_and_an_unknown_one_is_a_mistake(ledger: Ledger) -> None:
    with ledger.read() as connection:
        assert span_figures(connection, Week(2026, 12)).to_json()["coverage"] is None
        with pytest.raises(UserError):
            span_figures(connection, Week(2026, 12), "没有的任务")


def test_a_rate_over_nothing_is_null(ledger: Ledger) -> None:
    with ledger.read() as connection:
        assert span_figures(connection, Week(2026, 12)).to_json()["trainings"]["rate"] is None


TRIES = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["met", "not_home", "refused", "phone", "left_card"]),
        st.integers(-3, 10),
    ),
    max_size=25,
)


def naive(
    doors: list[Id], base: list[Id], rows: list[dict[str, Any]], campaign: CampaignLine, day: date
) -> tuple[int, int, int]:
    """Count coverage door by door, the way a person would with a finger on the list."""
    done = exhausted = 0
    for door in doors:
        if door not in base:
            continue
        inside = [
            r["outcome"] for r in rows
            if r["household"] == door and campaign.start <= r["day"] <= min(day, campaign.end)
        ]  # fmt: skip
        if "met" in inside:
            done += 1
        elif (
            inside.count("not_home") + inside.count("left_card") >= campaign.tries
            or (campaign.refusal_closes and "refused" in inside)
            or (campaign.phone_closes and "phone" in inside)
        ):
            exhausted += 1
    return len(base), done, exhausted


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tries=TRIES,
    empty=st.sets(st.integers(0, 5)),
    limit=st.integers(1, 4),
    refusal=st.booleans(),
    phone=st.booleans(),
    until=st.integers(0, 10),
)
def test_coverage_equals_a_naive_count(
    ledger: Ledger,
    tries: list[tuple[int, str, int]],
    empty: set[int],
    limit: int,
    refusal: bool,  # noqa: FBT001
    phone: bool,  # noqa: FBT001
    until: int,
) -> None:
    monday = date(2026, 3, 9)
    doors = street(ledger, homes=6) if not _doors(ledger) else _doors(ledger)
    rows = [visit(doors[d], outcome, monday + timedelta(days=n)) for d, outcome, n in tries]
    added = add_visits(ledger, rows) if rows else None
    emptied = [
        ledger.write(change_household(doors[d], HouseholdDraft(occupancy="empty"))).no
        for d in sorted(empty)
    ]
    name = f"任务{new_id().hex()}"
    draft = CampaignDraft(name, monday, monday + timedelta(days=7), tries=limit)
    changed = CampaignDraft(**{**draft.__dict__, "refusal_closes": refusal, "phone_closes": phone})
    made = ledger.write(add_campaign(changed)).no
    day = monday + timedelta(days=until)
    with ledger.read() as connection:
        campaign = next(c for c in campaigns(connection) if c.name == name)
        lines = coverage(connection, campaign, day)
    base = [door for n, door in enumerate(doors) if n not in empty]
    found = tuple(
        sum(getattr(line, part) for line in lines) for part in ("base", "done", "exhausted")
    )
    assert found == naive(doors, base, rows, campaign, day)
    assert all(line.remaining >= 0 for line in lines)
    for number in [*([added] if added else []), *emptied, made]:
        ledger.undo(number)


def _doors(ledger: Ledger) -> list[Id]:
    from sqlalchemy import select  # noqa: PLC0415

    from db.places import Household  # noqa: PLC0415

    with ledger.read() as connection:
        return list(connection.execute(select(Household.id).order_by(Household.key)).scalars())


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tries=TRIES, topics=st.lists(st.sets(st.sampled_from(["反诈", "消防", "禁毒"])), max_size=25)
)
def test_visits_equal_a_naive_count(
    ledger: Ledger, tries: list[tuple[int, str, int]], topics: list[set[str]]
) -> None:
    monday = date(2026, 3, 9)
    doors = _doors(ledger) or street(ledger, homes=6)
    rows = [
        visit(
            doors[d], outcome, monday + timedelta(days=n), people=d, leaflets=n + 3, at=n * 120 + 360,
            topics=tuple(sorted(topics[i % len(topics)])) if topics else (),
        )
        for i, (d, outcome, n) in enumerate(tries)
    ]  # fmt: skip
    added = add_visits(ledger, rows) if rows else None
    week = Period(monday, monday + timedelta(days=6))
    with ledger.read() as connection:
        found = count_visits(connection, week)
    inside = [r for r in rows if r["day"] in week]
    by_topic: dict[str, int] = defaultdict(int)
    for r in inside:
        for topic in r["topics"]:
            by_topic[topic] += 1
    assert found.records == len(inside)
    assert found.households == len({r["household"] for r in inside if r["outcome"] == "met"})
    assert found.people == sum(r["people"] for r in inside)
    assert found.leaflets == sum(r["leaflets"] for r in inside)
    assert found.by_topic == by_topic
    assert sum(found.by_outcome.values()) == sum(found.by_community.values()) == len(inside)
    missed = [r for r in inside if r["outcome"] in ("not_home", "left_card")]
    assert sum(found.not_home_by_band.values()) == len(missed)
    if added:
        ledger.undo(added)


MONDAY = Period(date(2026, 3, 16), date(2026, 3, 22))
CLOCKS = Clocks(7, {})


def facts(
    registered: date,
    *endings: Ending,
    reopened: tuple[date, ...] = (),
    followed: tuple[date, ...] = (),
) -> Facts:
    return Facts(
        new_id(),
        registered,
        "neighbour",
        "",
        None,
        (),
        list(endings),
        [Reopened(day) for day in reopened],
        list(followed),
    )


def settled(day: date, due: date | None = None, *, performed: bool = False) -> Ending:
    return Ending(day, "settled", due, performed)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (facts(date(2026, 3, 16)), {"new": 1, "open_at_end": 1}),
        (facts(date(2026, 3, 15)), {"open_at_start": 1, "open_at_end": 1}),
        (facts(date(2026, 3, 10), settled(date(2026, 3, 22))), {"open_at_start": 1, "resolved": 1}),
        (facts(date(2026, 3, 10), settled(date(2026, 3, 15))), {}),
        # a month that ended on Saturday 14 March moved to Monday 16: past it, the dispute is overdue
        (facts(date(2026, 2, 14)), {"open_at_start": 1, "open_at_end": 1, "overdue": 1}),
        # its month ends on Sunday and moves to Monday: not overdue yet
        (facts(date(2026, 2, 22)), {"open_at_start": 1, "open_at_end": 1}),
        (facts(date(2026, 3, 1), settled(date(2026, 3, 10))), {"overdue": 1}),
        (facts(date(2026, 3, 1), settled(date(2026, 3, 10)), followed=(date(2026, 3, 17),)), {"followed_up": 1}),
        (facts(date(2026, 3, 1), settled(date(2026, 3, 16), date(2026, 3, 18))), {"open_at_start": 1, "resolved": 1, "overdue": 1}),
        (facts(date(2026, 3, 1), settled(date(2026, 3, 16), date(2026, 3, 18), performed=True)), {"open_at_start": 1, "resolved": 1}),
        (facts(date(2026, 3, 1), settled(date(2026, 3, 5)), reopened=(date(2026, 3, 17),)), {"reopened": 1, "open_at_end": 1}),
        (facts(date(2026, 3, 1), Ending(date(2026, 3, 18), "referred", None, False)), {"open_at_start": 1, "referred": 1}),  # noqa: FBT003
        (facts(date(2026, 3, 1), Ending(date(2026, 3, 18), "withdrawn", None, False)), {"open_at_start": 1, "withdrawn": 1}),  # noqa: FBT003
    ],
)  # fmt: skip
def test_one_dispute_counts_where_the_rules_say(one: Facts, expected: dict[str, int]) -> None:
    found = count_disputes([one], MONDAY, CLOCKS)._asdict()
    del found["by_type"]
    assert {name: n for name, n in found.items() if n} == expected


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_percentage_is_rounded_half_up_from_exact_decimals(part: int, whole: int) -> None:
    found = percent(part, whole)
    assert found is not None
    tenths = int(found.replace(".", ""))
    # tenths is the integer nearest to 1000 * part / whole, halves upwards
    assert 2 * whole * tenths - whole <= 2000 * part < 2 * whole * tenths + whole
    assert found.count(".") == 1
