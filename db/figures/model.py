"""The figures of a period, one name each. Their JSON is the contract of `report`.

Numbers are counts; a rate is text with one decimal ("43.8") or None over nothing. A block that is
None, as coverage without a campaign, is left out of the paper.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self, TypeVar

from db.figures.kinds import KINDS, Kind, kind_of, parse_span
from db.kernel.workdays import Span

T = TypeVar("T")


@dataclass(frozen=True)
class VisitFigures:
    """Visits dated in the period: tries of any outcome, and homes with at least one met visit.

    `not_home_by_band` counts tries in vain under 上午, 下午, 晚上 and 时间不详.
    """

    records: int
    households: int
    people: int
    leaflets: int
    by_outcome: dict[str, int]
    by_topic: dict[str, int]
    by_community: dict[str, int]
    not_home_by_band: dict[str, int]


@dataclass(frozen=True)
class CoverageCount:
    """Homes of a base, by how far a campaign has come with them."""

    base: int
    done: int
    exhausted: int
    remaining: int
    rate: str | None


@dataclass(frozen=True)
class CoverageFigures(CoverageCount):
    """Coverage of one campaign up to the period's last day, with its name and its communities."""

    campaign: str
    by_community: dict[str, CoverageCount]


@dataclass(frozen=True)
class DisputeFigures:
    """Disputes by what was registered or concluded in the period, and open at its edges."""

    new: int
    reopened: int
    resolved: int
    failed: int
    referred: int
    withdrawn: int
    open_at_start: int
    open_at_end: int
    followed_up: int
    overdue: int
    by_type: dict[str, int]


@dataclass(frozen=True)
class TrainingFigures:
    """Training sessions of the period; expected = names on the lists, present = 到 + 迟到."""

    sessions: int
    expected: int
    present: int
    rate: str | None


@dataclass(frozen=True)
class VolunteerFigures:
    """Volunteers in service on the period's last day, and who of them trained in its month."""

    active: int
    trained_this_month: int
    untrained: int


@dataclass(frozen=True)
class Blocks:
    """What is counted of one period, `start` to `end` with both days in."""

    start: date
    end: date
    visits: VisitFigures
    disputes: DisputeFigures
    trainings: TrainingFigures
    volunteers: VolunteerFigures
    coverage: CoverageFigures | None = None


@dataclass(frozen=True)
class SpanFigures:
    """A day, week or month, the one before it, and the month and year that run to its last day.

    `month` is None for a month: its blocks are `now`, and its JSON names the month itself there.
    """

    post: str
    span: Span
    now: Blocks
    previous: Blocks
    month: Blocks | None
    year: Blocks

    @property
    def kind(self) -> Kind:
        """The kind of report these figures are for."""
        return kind_of(self.span)

    def to_json(self) -> dict[str, Any]:
        """Return the figures under the names of docs/FIGURES.md, ready for `json.dump`."""
        month = {} if self.month is None else {"month": _block(self.month, coverage=False)}
        return {
            "post": self.post,
            self.kind.key: str(self.span),
            **_block(self.now),
            "previous": _block(self.previous),
            **month,
            "year": _block(self.year, coverage=False),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Return the figures that `to_json` told; names it does not know are passed over.

        KeyError if a figure is missing: such a JSON was made by a newer or another program.
        """
        span = next((said[k.key] for k in KINDS.values() if isinstance(said.get(k.key), str)), None)
        if span is None:
            raise KeyError("day, week or month")
        return cls(
            post=said["post"],
            span=parse_span(span),
            now=_blocks(said),
            previous=_blocks(said["previous"]),
            month=None if isinstance(said["month"], str) else _blocks(said["month"]),
            year=_blocks(said["year"]),
        )


def _blocks(said: Mapping[str, Any]) -> Blocks:
    return Blocks(
        start=date.fromisoformat(said["start"]),
        end=date.fromisoformat(said["end"]),
        visits=_known(VisitFigures, said["visits"]),
        disputes=_known(DisputeFigures, said["disputes"]),
        trainings=_known(TrainingFigures, said["trainings"]),
        volunteers=_known(VolunteerFigures, said["volunteers"]),
        coverage=_coverage(said.get("coverage")),
    )


def _coverage(said: Mapping[str, Any] | None) -> CoverageFigures | None:
    if said is None:
        return None
    communities = {
        name: _known(CoverageCount, count) for name, count in said["by_community"].items()
    }
    return _known(CoverageFigures, {**said, "by_community": communities})


def _known(figures: type[T], said: Mapping[str, Any]) -> T:
    names = [field.name for field in fields(figures)]  # type: ignore[arg-type]
    return figures(**{name: said[name] for name in names})


def _block(blocks: Blocks, *, coverage: bool = True) -> dict[str, Any]:
    said = asdict(blocks)
    if not coverage:
        del said["coverage"]
    return said | {"start": blocks.start.isoformat(), "end": blocks.end.isoformat()}
