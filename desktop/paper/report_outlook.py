"""Problems and plans proposed for a report, from what the figures show and nothing else.

Each problem has its plan: what is overdue, the community furthest behind, the doors left, the hours
in which nobody was at home, and who has not been trained. An officer edits them before printing.
"""

from typing import TYPE_CHECKING

from desktop.paper.words import share, tenths

if TYPE_CHECKING:
    from db.figures.model import CoverageFigures, SpanFigures

_BANDS = ("上午", "下午", "晚上")


def proposed_problems(figures: "SpanFigures") -> list[str]:
    """Return the problems the figures show, each a paragraph; one says so if none."""
    problems = []
    if overdue := figures.now.disputes.overdue:
        problems.append(f"逾期{overdue}项，含逾期未办结的纠纷和到期未办的回访、履行。")
    coverage = figures.now.coverage
    if coverage is not None and coverage.remaining:
        problems.append(_behind(coverage))
    if text := _not_home(figures):
        problems.append(text)
    people = figures.now.volunteers
    if people.untrained:
        part = share(people.untrained, people.active)
        problems.append(
            f"{figures.now.end.month}月{figures.kind.by_then}未参训{people.untrained}人，占在岗人数的{part}。"
        )
    return problems or [f"{figures.kind.this}各项统计数据未反映突出问题。"]


def proposed_plans(figures: "SpanFigures") -> list[str]:
    """Return a plan for each problem the figures show, each a paragraph."""
    plans = []
    disputes, coverage = figures.now.disputes, figures.now.coverage
    handled = [f"逐项办结逾期事项{disputes.overdue}项"] if disputes.overdue else []
    handled += [f"继续办理在办纠纷{disputes.open_at_end}件"] if disputes.open_at_end else []
    if handled:
        plans.append(f"{'，'.join(handled)}。")
    if coverage is not None and coverage.remaining:
        behind = _slowest(coverage)
        first = f"，优先安排{behind[0]}" if behind else ""
        plans.append(f"继续走访剩余{coverage.remaining}户{first}。")
    if band := _worst_band(figures):
        others = "、".join(name for name in _BANDS if name != band)
        plans.append(f"未遇住户错开{band}，改在{others}再访。")
    if untrained := figures.now.volunteers.untrained:
        plans.append(f"通知未参训的{untrained}人参加培训。")
    return plans or ["按日常安排开展走访、调解和培训工作。"]


def _behind(coverage: "CoverageFigures") -> str:
    said = f"尚余{coverage.remaining}户未走访"
    behind = _slowest(coverage)
    if behind is None:
        return f"{said}。"
    name, slow = behind
    return f"{said}，{name}进度最慢，为{slow}%。"


def _slowest(coverage: "CoverageFigures") -> tuple[str, str] | None:
    """Return the one community furthest behind with its rate, or None where no single one is."""
    rated = [
        (tenths(count.rate), name, count.rate)
        for name, count in coverage.by_community.items()
        if count.rate is not None
    ]
    rated.sort()
    if len(rated) < 2 or rated[0][0] == rated[1][0]:
        return None
    return rated[0][1:]


def _not_home(figures: "SpanFigures") -> str | None:
    visits = figures.now.visits
    missed = visits.by_outcome.get("未遇", 0)
    if not missed:
        return None
    said = f"未遇{missed}次，占{share(missed, visits.records)}"
    band = _worst_band(figures)
    return f"{said}，走访未果以{band}居多。" if band else f"{said}。"


def _worst_band(figures: "SpanFigures") -> str | None:
    """Return the time band with most tries in vain, or None where no single one leads."""
    bands = figures.now.visits.not_home_by_band
    counted = sorted(((bands.get(name, 0), name) for name in _BANDS), reverse=True)
    return counted[0][1] if counted[0][0] > counted[1][0] else None
