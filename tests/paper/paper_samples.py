"""Figures for the tests of paper: the sample's weeks W12 and W11 and ways to change them."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

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
from db.figures.rates import percent
from db.kernel.workdays import Week

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample" / "expected.json"
MADE_ON = date(2026, 3, 23)
STATION = "示范派出所"


def sample_week() -> SpanFigures:
    """Return the figures of 2026-W12 as expected.json counts them, months and years made up."""
    expected = json.loads(SAMPLE.read_text("utf-8"))
    this, last = expected["weeks"][0], expected["weeks"][1]
    name = expected["campaign"]["name"]
    now = blocks_of(this, name, trained=166, overdue=4)
    return SpanFigures(
        post="三号警务室",
        span=Week(2026, 12),
        now=now,
        previous=blocks_of(last, name, trained=112, overdue=5),
        month=replace(_times(now, 3), start=date(2026, 3, 1), coverage=None),
        year=replace(_times(now, 4), start=date(2026, 1, 1), coverage=None),
    )


def blocks_of(week: dict[str, Any], campaign: str, *, trained: int, overdue: int) -> Blocks:
    """Return one week of expected.json as blocks; what the file does not count is given."""
    visits, disputes, trainings = week["visits"], week["disputes"], week["trainings"]
    coverage = week["coverage"]
    communities = coverage["by_community"]
    share = visits["records"] // len(communities)
    counts = dict.fromkeys(communities, share)
    counts[next(iter(communities))] += visits["records"] - sum(counts.values())
    return Blocks(
        start=date.fromisoformat(week["start"]),
        end=date.fromisoformat(week["end"]),
        visits=VisitFigures(
            **{key: visits[key] for key in ("records", "households", "people", "leaflets")},
            by_outcome=visits["by_outcome"],
            by_topic=visits["by_topic"],
            by_community=counts,
            not_home_by_band={"上午": 231, "下午": 154, "晚上": 71, "时间不详": 31},
        ),
        disputes=DisputeFigures(
            **disputes,
            reopened=0,
            withdrawn=0,
            overdue=overdue,
        ),
        trainings=TrainingFigures(
            **trainings, rate=percent(trainings["present"], trainings["expected"])
        ),
        volunteers=VolunteerFigures(1579, trained, 1579 - trained),
        coverage=CoverageFigures(
            **_count(coverage),
            campaign=campaign,
            by_community={key: CoverageCount(**_count(one)) for key, one in communities.items()},
        ),
    )


def nothing(start: date, end: date) -> Blocks:
    """Return a period in which nothing at all was recorded."""
    return Blocks(
        start,
        end,
        VisitFigures(0, 0, 0, 0, {}, {}, {}, {}),
        DisputeFigures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {}),
        TrainingFigures(0, 0, 0, None),
        VolunteerFigures(0, 0, 0),
    )


def with_blocks(figures: SpanFigures, **changes: Any) -> SpanFigures:
    """Return the figures with blocks of this week replaced: visits, disputes and so on."""
    return replace(figures, now=replace(figures.now, **changes))


def _count(counted: dict[str, Any]) -> dict[str, Any]:
    numbers = {key: counted[key] for key in ("base", "done", "exhausted", "remaining")}
    return numbers | {"rate": percent(counted["done"], counted["base"])}


def _times(blocks: Blocks, factor: int) -> Blocks:
    visits, disputes, trainings = blocks.visits, blocks.disputes, blocks.trainings
    counted = ("records", "households", "people", "leaflets")
    dated = ("new", "resolved", "failed", "followed_up")
    return replace(
        blocks,
        visits=replace(
            visits,
            **{key: getattr(visits, key) * factor for key in counted},
            by_outcome={key: count * factor for key, count in visits.by_outcome.items()},
        ),
        disputes=replace(disputes, **{key: getattr(disputes, key) * factor for key in dated}),
        trainings=replace(
            trainings,
            sessions=trainings.sessions * factor,
            expected=trainings.expected * factor,
            present=trainings.present * factor,
        ),
    )
