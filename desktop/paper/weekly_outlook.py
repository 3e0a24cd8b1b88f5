"""Problems and plans proposed for a weekly report, from what the figures show and nothing else.

Each problem has its plan: what is overdue, the community furthest behind, the doors left, the hours
in which nobody was at home, and who has not been trained. An officer edits them before printing.
"""

from typing import TYPE_CHECKING

from desktop.paper.words import rate, share, tenths

if TYPE_CHECKING:
    from db.figures.model import CoverageCount, CoverageFigures, WeekFigures

_BANDS = ("上午", "下午", "晚上")


def proposed_problems(figures: "WeekFigures") -> list[str]:
    """Return the problems the week's figures show, each a paragraph; one says so if none."""
    problems = []
    if overdue := figures.now.disputes.overdue:
        problems.append(
            f"有逾期事项{overdue}项，包括超过一个月未办结的纠纷和到期未办的回访、履行。"
        )
    coverage = figures.now.coverage
    if coverage is not None and coverage.remaining:
        problems.append(_behind(coverage))
    if text := _not_home(figures):
        problems.append(text)
    people = figures.now.volunteers
    if people.untrained:
        problems.append(
            f"{figures.now.end.month}月以来未参训{people.untrained}人，"
            f"占在岗人数的{share(people.untrained, people.active)}。"
        )
    return problems or ["本周各项统计数据未反映突出问题。"]


def proposed_plans(figures: "WeekFigures") -> list[str]:
    """Return a plan for each problem the figures show, each a paragraph."""
    plans = []
    disputes, coverage = figures.now.disputes, figures.now.coverage
    if disputes.overdue:
        plans.append(f"逐项办理{disputes.overdue}项逾期事项，明确承办人和办结时间。")
    if disputes.open_at_end:
        plans.append(f"继续办理{disputes.open_at_end}件在办纠纷，按期回访。")
    if coverage is not None and coverage.remaining:
        behind = _slowest(coverage)
        first = f"，优先安排{behind[0]}（尚余{behind[1].remaining}户）" if behind else ""
        plans.append(f"继续走访剩余{coverage.remaining}户{first}。")
    band = _worst_band(figures)
    if band:
        others = "、".join(name for name in _BANDS if name != band)
        plans.append(f"未遇住户错开{band}，改在{others}再访。")
    if untrained := figures.now.volunteers.untrained:
        plans.append(f"通知未参训的{untrained}人参加培训。")
    return plans or ["按日常安排开展走访、调解和培训工作。"]


def _behind(coverage: "CoverageFigures") -> str:
    said = f"“{coverage.campaign}”尚余{coverage.remaining}户未走访"
    behind = _slowest(coverage)
    if behind is None or coverage.rate is None or behind[1].rate is None:
        return f"{said}。"
    gap = tenths(coverage.rate) - tenths(behind[1].rate)
    return (
        f"{said}。{behind[0]}进度最慢，为{rate(behind[1].rate)}，"
        f"低于总进度{gap // 10}.{gap % 10}个百分点，尚余{behind[1].remaining}户。"
    )


def _slowest(coverage: "CoverageFigures") -> "tuple[str, CoverageCount] | None":
    """Return the one community furthest behind, or None where no single one is."""
    rated = [
        (tenths(count.rate), name, count)
        for name, count in coverage.by_community.items()
        if count.rate is not None
    ]
    rated.sort(key=lambda entry: entry[0])
    if len(rated) < 2 or rated[0][0] == rated[1][0] or coverage.rate is None:
        return None
    return (rated[0][1], rated[0][2]) if rated[0][0] < tenths(coverage.rate) else None


def _not_home(figures: "WeekFigures") -> str | None:
    visits = figures.now.visits
    missed = visits.by_outcome.get("未遇", 0)
    if not missed:
        return None
    said = f"未遇{missed}次，占走访次数的{share(missed, visits.records)}"
    band = _worst_band(figures)
    if band is None:
        return f"{said}。"
    return f"{said}；按时段看，{band}未遇最多，为{visits.not_home_by_band[band]}次。"


def _worst_band(figures: "WeekFigures") -> str | None:
    """Return the time band with most tries in vain, or None where no single one leads."""
    bands = figures.now.visits.not_home_by_band
    counted = sorted(((bands.get(name, 0), name) for name in _BANDS), reverse=True)
    return counted[0][1] if counted[0][0] > counted[1][0] else None
