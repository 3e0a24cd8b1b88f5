"""Editions: the same paper prints again, a correction has a reason, changes since are told."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.editions import (
    FigureChange,
    changed_since,
    edition,
    editions,
    issue_edition,
)
from db.figures.kinds import KINDS
from db.figures.model import (
    Blocks,
    CoverageCount,
    CoverageFigures,
    DisputeFigures,
    SpanFigures,
    TrainingFigures,
    VisitFigures,
    VolunteerFigures,
)
from db.figures.spans import span_figures
from db.kernel.access import Role
from db.kernel.errors import AccessDenied, UserError
from db.kernel.history import history
from db.kernel.ids import new_id
from db.kernel.workdays import Day, Month, Span, Week
from db.ledger import Ledger
from db.people import masked
from db.places import HouseholdDraft, change_household, set_occupancy
from db.post import PostDraft, change_post
from desktop.paper.document import plain_text
from desktop.paper.report import report_paper
from desktop.reports import making
from desktop.reports.making import report
from tests.builders import add_community, add_visits, street, visit
from tests.conftest import POST, morning

WEEK = Week(2026, 12)
COUNTS = st.integers(0, 10**6)
NAMES = st.dictionaries(st.text(min_size=1, max_size=8), COUNTS, max_size=4)
RATES = st.none() | st.from_regex(r"\A\d{1,3}\.\d\Z")
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def built(kind: type[Any], **fixed: Any) -> st.SearchStrategy[Any]:
    """Return figures of a kind with every count at random."""
    names = [name for name in kind.__dataclass_fields__ if name not in fixed]
    return st.builds(kind, **dict.fromkeys(names, COUNTS), **fixed)


COUNTED = built(CoverageCount, rate=RATES)
COVERAGE = built(
    CoverageFigures,
    rate=RATES,
    campaign=st.text(max_size=20),
    by_community=st.dictionaries(st.text(min_size=1, max_size=8), COUNTED, max_size=4),
)


def blocks(coverage: st.SearchStrategy[Any]) -> st.SearchStrategy[Blocks]:
    bands = dict.fromkeys(("by_outcome", "by_topic", "by_community", "not_home_by_band"), NAMES)
    return st.builds(
        Blocks,
        start=DAYS,
        end=DAYS,
        visits=built(VisitFigures, **bands),
        disputes=built(DisputeFigures, by_type=NAMES),
        trainings=built(TrainingFigures, rate=RATES),
        volunteers=built(VolunteerFigures),
        coverage=coverage,
    )


EITHER = blocks(st.none() | COVERAGE)
FIGURES = st.one_of(
    st.builds(
        SpanFigures,
        post=st.text(max_size=20),
        span=st.builds(kind.of, DAYS),
        now=EITHER,
        previous=EITHER,
        month=st.none() if kind is Month else blocks(st.none()),
        year=blocks(st.none()),
    )
    for kind in (Day, Week, Month)
)


@settings(max_examples=60, deadline=None)
@given(FIGURES)
def test_figures_come_back_from_their_json(figures: SpanFigures) -> None:
    assert SpanFigures.from_json(figures.to_json()) == figures
    assert SpanFigures.from_json(json.loads(json.dumps(figures.to_json()))) == figures
    assert SpanFigures.from_json(orjson.loads(orjson.dumps(figures.to_json()))) == figures


def count(ledger: Ledger, span: Span = WEEK) -> SpanFigures:
    with ledger.read() as connection:
        return span_figures(connection, span)


def test_the_same_paper_prints_again_whatever_happened_since(sample: Ledger) -> None:
    figures = count(sample)
    problems, plans = ["第一个问题。", "  第二个  问题。"], []

    def paper(of: SpanFigures, station: str, addressee: str | None, *said: Any) -> str:
        document = report_paper(
            of, station=station, made_on=date(2026, 3, 23), problems=said[0], plans=said[1],
            addressee=addressee, feet=said[2],
        )  # fmt: skip
        return plain_text(document)

    sample.write(
        change_post(PostDraft("三号警务室", "示范派出所", "三号", addressee="城关街道办事处"))
    )
    said = (["第一个问题。", "第二个 问题。"], [], ["上期按现户数重算。"])
    line = sample.write(issue_edition(figures, problems, plans, feet=["上期按现户数重算。"])).value
    sample.write(change_post(PostDraft("三号警务室", "另一个派出所", "三号", addressee=None)))
    with sample.read() as connection:
        doors = [row[0] for row in connection.exec_driver_sql("SELECT id FROM household LIMIT 50")]
    sample.write(set_occupancy(doors, "empty"))
    with sample.read() as connection:
        kept = edition(connection, line.id)
    # How far the journal went is printed under the figures, and printed again.
    said[2].append(kept.paper.feet[-1])
    assert re.fullmatch(r"签发时台账记到第\d+号操作，校验码\w{4} \w{4} \w{4}。", said[2][-1])
    first = paper(figures, "示范派出所", "城关街道办事处", *said)
    again = paper(
        kept.figures, kept.paper.station, kept.paper.addressee, kept.problems, kept.plans,
        kept.paper.feet,
    )  # fmt: skip
    assert again == first
    assert kept.line == line
    assert (line.no, line.who, line.issued, line.reason) == (1, "民警", date(2026, 3, 23), None)
    assert line.title == "2026-W12 周报 第1版"


def test_a_correction_is_a_new_edition_with_a_reason(ledger: Ledger) -> None:
    figures = count(ledger)
    ledger.write(issue_edition(figures, [], []))
    for reason in (None, "", "  "):
        with pytest.raises(UserError, match="更正原因"):
            ledger.write(issue_edition(figures, [], [], reason))
    ledger.write(issue_edition(figures, [], [], "漏报一件"))
    other = count(ledger, Week(2026, 11))
    ledger.write(issue_edition(other, [], []))
    with ledger.read() as connection:
        assert [(e.period, e.no, e.reason) for e in editions(connection)] == [
            ("2026-W12", 2, "漏报一件"), ("2026-W12", 1, None), ("2026-W11", 1, None),
        ]  # fmt: skip
        assert editions(connection, "daily") == []
        assert len(editions(connection, "weekly", "2026-W12")) == 2


def test_a_day_a_week_and_a_month_are_issued_apart(ledger: Ledger) -> None:
    # Their last day is the same.
    spans = {"daily": Day(date(2026, 5, 31)), "weekly": Week(2026, 22), "monthly": Month(2026, 5)}
    doors = street(ledger)
    add_visits(ledger, [visit(doors[0], day=date(2026, 5, day), people=1) for day in (1, 26, 31)])
    for span in spans.values():
        assert span.period.end == date(2026, 5, 31)
        ledger.write(issue_edition(count(ledger, span), [], []))
    with ledger.read() as connection:
        for kind, span in spans.items():
            (line,) = editions(connection, kind, str(span))
            assert (line.no, line.title) == (1, f"{span} {KINDS[kind].report} 第1版")
            kept = edition(connection, line.id).figures
            assert (kept.span, kept.now.visits.records) == (
                span, {"daily": 1, "weekly": 2, "monthly": 3}[kind],
            )  # fmt: skip
            assert changed_since(connection, line.id, kept) == []
            with pytest.raises(UserError, match="不是同一期"):
                changed_since(connection, line.id, count(ledger, span.before))
        said = [entry.note for entry in history(connection, 3)]
    assert said == ["2026-05 月报", "2026-W22 周报", "2026-05-31 日报"]
    add_visits(ledger, [visit(doors[1], day=date(2026, 5, 2))])
    with ledger.read() as connection:
        (line,) = editions(connection, "monthly")
        found = changed_since(connection, line.id, count(ledger, spans["monthly"]))
        (day,) = editions(connection, "daily")
        day_found = changed_since(connection, day.id, count(ledger, spans["daily"]))
    assert FigureChange(("visits", "records"), 3, 4) in found
    assert {change.path[0] for change in day_found} == {"month", "year"}


def test_an_edition_is_never_undone(ledger: Ledger) -> None:
    done = ledger.write(issue_edition(count(ledger), [], []))
    with pytest.raises(UserError, match="不能撤销"):
        ledger.undo(done.no)


@pytest.mark.parametrize("problems", [["身份证110101199003070011"], ["长" * 1001], ["好"] * 31])
def test_what_may_not_be_issued_is_refused(ledger: Ledger, problems: list[str]) -> None:
    with pytest.raises(UserError):
        ledger.write(issue_edition(count(ledger), problems, []))
    with ledger.read() as connection:
        assert editions(connection) == []
        with pytest.raises(UserError, match="没有这一版"):
            edition(connection, new_id())


def test_community_workers_prepare_reports_and_police_issue_them(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    made, _ = Ledger.create(folder, POST, "a long enough password", clock=morning())
    with made:
        figures = count(made)
        for role in (Role.WORKER, Role.AUXILIARY):
            made.add_account(role.value, role.value, role, f"a long password of {role}")

    def unlocked(role: Role) -> Ledger:
        return Ledger.unlock(folder, f"a long password of {role}", user=role, clock=morning())

    with unlocked(Role.WORKER) as one, pytest.raises(AccessDenied, match="签发"):
        one.write(issue_edition(figures, [], []))
    with unlocked(Role.AUXILIARY) as one:
        line = one.write(issue_edition(figures, [], [])).value
    assert line.who == "auxiliary"


def test_what_changed_since_is_told_figure_by_figure(ledger: Ledger) -> None:
    doors = street(ledger, homes=4)
    add_visits(ledger, [visit(doors[0], people=2)])
    issued = count(ledger)
    line = ledger.write(issue_edition(issued, [], [])).value
    with ledger.read() as connection:
        assert changed_since(connection, line.id, issued) == []
    add_visits(ledger, [visit(doors[1], "refused")])
    now = count(ledger)
    with ledger.read() as connection:
        found = changed_since(connection, line.id, now)
        with pytest.raises(UserError, match="不是同一期"):
            changed_since(connection, line.id, replace(now, span=Week(2026, 11)))
    assert FigureChange(("visits", "records"), 1, 2) in found
    assert FigureChange(("visits", "by_outcome", "拒访"), None, 1) in found
    assert FigureChange(("month", "visits", "records"), 1, 2) in found
    assert not [change for change in found if change.path[-1] == "households"]


def test_an_edition_holds_no_name_of_a_resident(ledger: Ledger) -> None:
    doors = street(ledger, homes=1)
    ledger.write(change_household(doors[0], HouseholdDraft(contact="欧阳春晓")))
    ledger.write(add_community("第九社区"))
    add_visits(ledger, [visit(doors[0], note="欧阳春晓在家")])
    done = ledger.write(issue_edition(count(ledger), [], []))
    with ledger.read() as connection:
        stored = connection.exec_driver_sql("SELECT figures FROM edition").scalar_one()
        said = connection.exec_driver_sql(
            "SELECT fields FROM change WHERE command = ?", (done.no,)
        ).scalar_one()
    assert "欧阳春晓" not in stored + said
    assert masked("欧阳春晓") == "欧阳某某"


def test_a_foot_says_where_the_week_before_is_not_as_issued(sample: Ledger) -> None:
    def paper() -> str:
        with sample.read() as connection:
            return plain_text(report(making.count(connection, WEEK, None, date(2026, 3, 23))))

    assert "签发的周报" not in paper(), "nothing was issued"
    before = count(sample, WEEK.before)
    sample.write(issue_edition(before, [], []))
    assert "签发的周报" not in paper(), "it is as issued"
    with sample.read() as connection:
        doors = [row[0] for row in connection.exec_driver_sql("SELECT id FROM household LIMIT 50")]
    add_visits(sample, [visit(doors[0], "refused", day=date(2026, 3, 9))])
    sample.write(set_occupancy(doors, "empty"))
    now = count(sample).previous
    assert before.now.coverage is not None
    assert now.coverage is not None
    told = re.search(r"上周的数按现在的台账重新统计，签发的周报第1版上是：(.+)。", paper())
    assert told is not None
    was = before.now.visits.records
    first, second, *rest = told[1].split("；")
    assert first == f"走访次数{was}次"
    assert second == f"拒访{before.now.visits.by_outcome['拒访']}次"
    assert f"应访户数{before.now.coverage.base}户" in rest
    assert now.coverage.base < before.now.coverage.base
    # What was told of another campaign is no difference, nor is an earlier edition's.
    said = count(sample, WEEK.before).to_json()
    said["coverage"]["campaign"] = "另一个任务"
    said["coverage"]["base"] = 1
    sample.write(issue_edition(SpanFigures.from_json(said), [], [], "补报一次拒访"))
    assert "签发的周报" not in paper()
