"""Who met, who trained and who comes when, against an independent count of the sample's sheets."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pytest
from openpyxl import load_workbook

from db.compliance import (
    contact_by_week,
    contact_in_week,
    trained_in_month,
    training_by_month,
)
from db.compliance.hours import (
    attendance_gap,
    seats,
    working_hours,
)
from db.compliance.suggested import suggested
from db.compliance.untrained import untrained
from db.figures.spans import span_figures
from db.kernel.workdays import Period, Week, month_of
from db.ledger import Ledger
from db.people import OCCUPATION_NAMES
from desktop.paper.document import plain_text
from desktop.paper.internal import untrained_paper
from desktop.paper.training_hours import advice, summary
from tests.conftest import SAMPLE

TODAY = date(2026, 3, 23)
MARCH = month_of(TODAY)
ALL_DAYS = Period(date(2026, 2, 1), TODAY)


class Row(NamedTuple):
    """A line of a sign-in sheet as it stands in the workbook."""

    day: date
    community: str
    name: str
    status: str


def sheet_rows() -> Iterator[Row]:
    """Read the sign-in sheets with nothing of the program."""
    for sheet in load_workbook(SAMPLE / "培训签到.xlsx", data_only=True):
        month, day = map(int, sheet.title.split("."))
        for row in sheet.iter_rows(min_row=7, values_only=True):
            if isinstance(row[0], int) and row[1]:
                yield Row(date(2026, month, day), str(row[3]), str(row[1]), str(row[5]))


@pytest.fixture(scope="module")
def roster() -> dict[tuple[str, str], list[str]]:
    """The occupations of everyone of a community and name, as the workbook has them."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    (sheet,) = load_workbook(SAMPLE / "联户长名册.xlsx", data_only=True)
    for name, _role, community, *rest in sheet.iter_rows(min_row=2, values_only=True):
        found[str(community), str(name)].append(str(rest[3]))
    return found


def came(rows: Iterator[Row], period: Period) -> set[tuple[str, str]]:
    return {(r.community, r.name) for r in rows if r.day in period and r.status in ("到", "迟到")}


def test_who_met_and_who_trained_equal_the_sheets_own_rows(
    sample: Ledger, roster: dict[tuple[str, str], list[str]]
) -> None:
    week = Week(2026, 12)
    with sample.read() as connection:
        met = contact_in_week(connection, week, TODAY)
        trained = trained_in_month(connection, MARCH, TODAY)
    everyone = sum(map(len, roster.values()))
    for standing, period in ((met, week.period), (trained, Period(date(2026, 3, 1), TODAY))):
        wanted = came(sheet_rows(), period)
        assert all(len(roster[one]) == 1 for one in wanted)
        assert len(standing.active) == everyone == len(standing.kept) + len(standing.lacking)
        kept = {(line.community, line.name) for line in standing.lines if line.kept}
        assert kept == wanted
        by_occupation = Counter(occupation for one in wanted for occupation in roster[one])
        found = standing.by(lambda line: OCCUPATION_NAMES[line.occupation or ""])
        assert {of: len(one.kept) for of, one in found.items() if one.kept} == by_occupation
        by_community = Counter(community for community, _ in wanted)
        places = standing.by(lambda line: line.community)
        assert {of: len(one.kept) for of, one in places.items() if one.kept} == by_community
        assert set(standing.by(lambda line: line.role)) == {"household_leader"}


def test_the_gap_equals_the_sheets_own_rows(
    sample: Ledger, roster: dict[tuple[str, str], list[str]]
) -> None:
    with sample.read() as connection:
        gap = attendance_gap(connection, ALL_DAYS)
        hours = gap.hours
        assert suggested(seats(connection, ALL_DAYS, hours)) == []
    expected: Counter[str] = Counter()
    present: Counter[str] = Counter()
    for row in sheet_rows():
        for occupation in roster.get((row.community, row.name), [])[:1]:
            expected[occupation] += 1
            present[occupation] += row.status in ("到", "迟到")
    told = {OCCUPATION_NAMES[of]: turnout for of, turnout in gap.by_occupation.items()}
    assert {of: len(turnout.expected) for of, turnout in told.items()} == expected
    assert {of: len(turnout.present) for of, turnout in told.items()} == present
    worked = ("在职", "个体私营")
    assert len(gap.whole.in_work.expected) == sum(expected[of] for of in worked)
    assert len(gap.whole.free.present) == sum(present[of] for of in ("退休", "无业"))
    assert set(gap.by_band) == {"after"}
    assert len(gap.whole.whole.sessions) == 6
    said = "".join(summary(gap))
    assert "到训率62.3%" in said
    assert "到训率96.6%，相差34.3个百分点" in said
    assert "没有别的时间可以比" in said
    assert "还说不出" in advice([])


def test_the_untrained_are_those_of_the_figures_with_what_the_lists_say(
    sample: Ledger, roster: dict[tuple[str, str], list[str]]
) -> None:
    with sample.read() as connection:
        people = untrained(connection, TODAY, working_hours(connection))
        named = untrained(connection, date(2026, 3, 22), working_hours(connection))
        figures = span_figures(connection, Week(2026, 12)).now.volunteers
    assert len(named) == figures.untrained
    march = [row for row in sheet_rows() if row.day.month == 3]
    trained = came(iter(march), MARCH)
    on_leave = {(r.community, r.name) for r in march if r.status == "请假"} - trained
    absent = {(r.community, r.name) for r in march if r.status == "缺席"} - trained - on_leave
    reasons = Counter(one.reason for one in people)
    assert reasons == {
        "leave": len(on_leave), "absent": len(absent),
        "unlisted": sum(map(len, roster.values())) - len(trained) - len(on_leave) - len(absent),
    }  # fmt: skip
    paper = plain_text(untrained_paper(people, author="室", made_on=TODAY, up_to=TODAY))
    assert f"请假{len(on_leave)}人，缺席{len(absent)}人" in paper
    for one in people:
        assert one.line.name in paper


@pytest.mark.parametrize("week", [Week(2026, 9), Week(2026, 10), Week(2026, 11), Week(2026, 12)])
def test_a_months_standing_is_the_number_of_the_weekly_report(sample: Ledger, week: Week) -> None:
    sunday = week.period.end
    with sample.read() as connection:
        figures = span_figures(connection, week).now.volunteers
        standing = trained_in_month(connection, month_of(sunday), sunday)
    assert len(standing.active) == figures.active
    assert len(standing.kept) == figures.trained_this_month
    assert len(standing.lacking) == figures.untrained


def test_past_weeks_and_months_are_what_each_says_alone(sample: Ledger) -> None:
    with sample.read() as connection:
        for one in contact_by_week(connection, Week(2026, 12), TODAY, weeks=5):
            alone = contact_in_week(connection, Week.of(one.period.start), TODAY)
            assert (one.period, one.kept, one.active) == (
                alone.period, len(alone.kept), len(alone.active),
            )  # fmt: skip
        months = training_by_month(connection, MARCH, TODAY, months=3)
        assert [one.period.start.month for one in months] == [1, 2, 3]
        for one in months:
            standing = trained_in_month(connection, month_of(one.period.start), TODAY)
            assert (one.kept, one.active) == (len(standing.kept), len(standing.active))


# A small post whose rows a finger can count.
