"""What looks wrong before a month is closed, in words; a person decides each.

Each doubt is about claims of one volunteer. A decision says which of them are left out, with the
reason; a doubt is decided while one decision covers all its claims. What any decision leaves out does
not count, whatever another says of it. A claim left out in favour of one that is gone is asked about
again: else nobody would be paid for either.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.accounts import Account
from db.kernel.dates import clock_text, month_day
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.text import bad_characters, has_identity_number, tidy
from db.kernel.workdays import Month
from db.points import PointDecision
from db.points.claims import Claim
from db.points.standing import Person

OVERLAP: Final = "overlap"
CROWD: Final = "crowd"
DISPUTE_TWICE: Final = "dispute_twice"
SAME_TWICE: Final = "same_twice"
OUT_OF_SERVICE: Final = "out_of_service"
NO_EVIDENCE: Final = "no_evidence"
LAPSED: Final = "lapsed"
KIND_NAMES: Final = {
    OVERLAP: "同一时间在两处", CROWD: "十分钟走二十户", DISPUTE_TWICE: "一件纠纷记两次",
    SAME_TWICE: "一件事记两次", OUT_OF_SERVICE: "不在任期", NO_EVIDENCE: "缺凭证",
    LAPSED: "不计的原因没有了",
}  # fmt: skip
CROWD_DOORS, CROWD_MINUTES = 20, 10
MOST_REASON: Final = 200
_SAME: Final[Mapping[str, str]] = {
    "training": "同一场培训", "visit": "同一户、同一时间的走访",
    "mediation": "同一件纠纷、同一时间的调解",
}  # fmt: skip


class Decision(NamedTuple):
    """What a person decided: of `claims`, those in `left_out` do not count."""

    id: Id
    volunteer: Id
    kind: str
    claims: tuple[str, ...]
    left_out: tuple[str, ...]
    reason: str
    who: str
    decided: date


class Doubt(NamedTuple):
    """Claims of a volunteer that do not look right; `text` says why, whole, without the name.

    `named` says of each claim when it was and what. `out` are those that a decision about something else leaves out; `lapsed` the decisions that
    nothing bears out any more, which deciding this takes away.
    """

    month: Month
    volunteer: Id
    kind: str
    claims: tuple[str, ...]
    text: str
    named: tuple[str, ...] = ()
    decision: Decision | None = None
    out: frozenset[str] = frozenset()
    lapsed: tuple[Id, ...] = ()

    @property
    def kind_name(self) -> str:
        """What kind of doubt it is, in Chinese."""
        return KIND_NAMES[self.kind]


def undecided(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Return the doubts that nobody decided yet."""
    return tuple(doubt for doubt in doubts if doubt.decision is None)


def decide(doubt: Doubt, left_out: Sequence[str], reason: str) -> Command[Id]:
    """Return the command that decides a doubt: which claims are left out (none: all count), and why.

    It takes the place of an earlier decision of the same, not of one about another pair that shares
    a claim: of three that overlap each pair is decided. UserError without a reason, or for a
    claim that the doubt is not about.
    """

    def run(tx: Tx) -> Id:
        why = tidy(reason)
        if not why:
            raise UserError("请写明理由，没有保存。")
        if len(why) > MOST_REASON or bad_characters(why) or has_identity_number(why):
            raise UserError(f"理由太长（超过{MOST_REASON}字），或者有不能保存的内容，没有保存。")
        if not set(left_out) <= set(doubt.claims):
            raise UserError("不计的记录不在这条疑点里，没有保存。")
        earlier = [
            d.id
            for d in decisions(tx.connection, doubt.month)
            if d.id in doubt.lapsed
            or (d.volunteer == doubt.volunteer and _about(d, doubt.kind, doubt.claims))
        ]
        tx.remove(PointDecision, earlier)
        made = new_id()
        row = {"month": str(doubt.month), "volunteer": doubt.volunteer, "kind": doubt.kind}
        kept = {"claims": doubt.claims, "left_out": tuple(left_out), "reason": why}
        by = {"account": tx.account, "decided": tx.today}
        tx.add(PointDecision, [{"id": made, **row, **kept, **by}])
        return made

    said = "计入" if not left_out else "不计" if len(left_out) == len(doubt.claims) else "部分不计"
    return Command("核对积分疑点", Right.POINTS, run, note=f"{doubt.kind_name} {said}")


def decisions(connection: Connection, month: Month) -> list[Decision]:
    """Return what was decided of a month's doubts, in the order of deciding."""
    rows = connection.execute(
        select(
            PointDecision.id, PointDecision.volunteer, PointDecision.kind, PointDecision.claims,
            PointDecision.left_out, PointDecision.reason, Account.name, PointDecision.decided,
        )
        .join(Account, Account.id == PointDecision.account, isouter=True)
        .where(PointDecision.month == str(month))
        .order_by(PointDecision.id)
    )  # fmt: skip
    return [Decision(*row[:6], row[6] or "", row[7]) for row in rows]


def left_out_of(decided: Iterable[Decision]) -> frozenset[tuple[Id, str]]:
    """Return the claims that decisions leave out, by volunteer and key."""
    return frozenset((d.volunteer, key) for d in decided for key in d.left_out)


def find_doubts(
    month: Month,
    claims: Iterable[Claim],
    people: Mapping[Id, Person],
    decided: Sequence[Decision] = (),
) -> list[Doubt]:
    """Return the doubts of a month's claims, by person and day, each with its decision if it has one."""
    of: dict[Id, list[Claim]] = defaultdict(list)
    for claim in claims:
        of[claim.volunteer].append(claim)
    by: dict[Id, list[Decision]] = defaultdict(list)
    for decision in decided:
        by[decision.volunteer].append(decision)
    found = []
    for volunteer in people:
        mine = sorted(of.get(volunteer, ()), key=lambda c: c.order)
        said = by[volunteer]
        doubts = [
            _doubt(month, volunteer, kind, about, text)
            for kind, about, text in _of_person(mine, people[volunteer])
        ]
        doubts += _lapsed(month, volunteer, mine, said, doubts)
        found += [_with_decision(doubt, said) for doubt in doubts]
    return found


def _doubt(month: Month, volunteer: Id, kind: str, about: Sequence[Claim], text: str) -> Doubt:
    claims = {claim.key: claim for claim in about}
    named = tuple(f"{month_day(c.day)}{_what(c)}" for c in claims.values())
    return Doubt(month, volunteer, kind, tuple(claims), text, named)


def _with_decision(doubt: Doubt, said: Sequence[Decision]) -> Doubt:
    """Return a doubt with what was decided of it last, and of its claims elsewhere."""
    covering = (
        d for d in reversed(said) if d.kind == doubt.kind and set(doubt.claims) <= set(d.claims)
    )
    own = None if doubt.lapsed else next(covering, None)
    others = {key for d in said if d is not own and d.id not in doubt.lapsed for key in d.left_out}
    return doubt._replace(decision=own, out=frozenset(others).intersection(doubt.claims))


def _about(decision: Decision, kind: str, claims: Collection[str]) -> bool:
    """Tell whether a decision is of this doubt, also where claims came or went since."""
    theirs = set(decision.claims)
    return decision.kind == kind and (theirs <= set(claims) or theirs >= set(claims))


def _lapsed(
    month: Month,
    volunteer: Id,
    claims: Sequence[Claim],
    said: Sequence[Decision],
    doubts: Sequence[Doubt],
) -> Iterator[Doubt]:
    """What was left out in favour of another claim, while no such doubt stands any more."""
    gone = [
        d
        for d in said
        if d.kind != LAPSED
        and set(d.left_out) < set(d.claims)
        and not any(_about(d, doubt.kind, doubt.claims) for doubt in doubts)
    ]
    asked = [c for c in claims if any(c.key in d.left_out for d in gone)]
    groups = [(asked, tuple(d.id for d in gone))]
    # What was decided of such claims stays in sight.
    groups += [([c for c in claims if c.key in d.claims], ()) for d in said if d.kind == LAPSED]
    for mine, lapsed in groups:
        if mine:
            named = "、".join(f"{month_day(c.day)}{_named(c)}" for c in mine)
            text = f"{named}原来核对时不计，那条疑点现在没有了"
            yield _doubt(month, volunteer, LAPSED, mine, text)._replace(lapsed=lapsed)


_Found = Iterator[tuple[str, Sequence[Claim], str]]


def _of_person(claims: Sequence[Claim], person: Person) -> _Found:
    days: dict[date, list[Claim]] = defaultdict(list)
    for claim in claims:
        days[claim.day].append(claim)
    for day, mine in days.items():
        said = month_day(day)
        yield from _same_twice(mine, said)
        yield from _overlaps(mine, said)
        yield from _crowds(mine, said)
        if not person.service.serves(day):
            yield OUT_OF_SERVICE, mine, f"{said}不在任期，记了{len(mine)}项"
        for claim in mine:
            if claim.by_hand and not claim.evidence and claim.item and claim.item.evidence:
                text = f"{said}“{claim.item.name}”要有凭证，没有写"
                yield NO_EVIDENCE, [claim], text
    yield from _disputes_twice(claims)


def _same_twice(claims: Sequence[Claim], said: str) -> _Found:
    """The same session, door or mediation at the same time, or a thing entered besides itself."""
    same: dict[tuple[str, Id, int | None], list[Claim]] = defaultdict(list)
    for claim in claims:
        source = _source(claim)
        # A mediation entered by hand is a doubt with any other of its dispute.
        if claim.about is None or source not in _SAME or (source == "mediation" and claim.by_hand):
            continue
        when = claim.start if source != "training" and not claim.by_hand else None
        if source == "visit" and not claim.by_hand and when is None:
            continue
        same[source, claim.about, when].append(claim)
    for (source, _, _), mine in same.items():
        if len(mine) > 1:
            yield SAME_TWICE, mine, f"{said}{_SAME[source]}记了{len(mine)}次"
    unnamed = [c for c in claims if c.by_hand and c.about is None and _source(c)]
    for source in sorted({_source(c) for c in unnamed}):
        own = [c for c in claims if c.kind == source]
        typed = [c for c in unnamed if _source(c) == source]
        if own and source != "mediation":
            name = typed[0].item.name if typed[0].item else ""
            text = f"{said}“{name}”手工记了{len(typed)}笔，自动也记了{len(own)}次，可能重复"
            yield SAME_TWICE, [*own, *typed], text


def _overlaps(claims: Sequence[Claim], said: str) -> _Found:
    timed = [c for c in claims if c.start is not None]
    for one, other in combinations(timed, 2):
        if one.about is not None and one.about == other.about:
            continue
        if one.kind == other.kind == "visit" and one.place == other.place:
            # The doors of one building are often entered with one time; a crowd of them is a doubt.
            continue
        if _spans_meet(one, other):
            text = f"{said}{_what(one)}和{_what(other)}时间重叠"
            yield OVERLAP, [one, other], text


def _spans_meet(one: Claim, other: Claim) -> bool:
    first, second = (one.start or 0, one.end), (other.start or 0, other.end)
    ends = [start if end is None else end for start, end in (first, second)]
    # A moment lies in a span that has begun and not ended; two moments meet when they are the same.
    if first[0] == second[0]:
        return True
    return first[0] < second[0] < ends[0] or second[0] < first[0] < ends[1]


def _crowds(claims: Sequence[Claim], said: str) -> _Found:
    visits = [c for c in claims if c.kind == "visit" and c.start is not None]
    at = 0
    while at < len(visits):
        begun = visits[at].start or 0
        window = [c for c in visits[at:] if (c.start or 0) <= begun + CROWD_MINUTES]
        if len({c.about for c in window}) >= CROWD_DOORS:
            doors = len({c.about for c in window})
            text = f"{said}{clock_text(begun)}起{CROWD_MINUTES}分钟里走了{doors}户"
            yield CROWD, window, text
            at += len(window)
        else:
            at += 1


def _disputes_twice(claims: Sequence[Claim]) -> _Found:
    """A dispute claimed by hand besides its own sessions, or twice by hand."""
    of: dict[Id, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.about is not None and _source(claim) == "mediation":
            of[claim.about].append(claim)
    for mine in of.values():
        if len(mine) > 1 and any(claim.by_hand for claim in mine):
            days = "、".join(dict.fromkeys(month_day(c.day) for c in mine))
            yield DISPUTE_TWICE, mine, f"同一件纠纷记了{len(mine)}次（{days}）"
    unnamed = [c for c in claims if c.by_hand and c.about is None and _source(c) == "mediation"]
    for day in sorted({c.day for c in unnamed}):
        own = [c for c in claims if c.kind == "mediation" and c.day == day]
        typed = [c for c in unnamed if c.day == day]
        if own:
            text = f"{month_day(day)}的调解手工记了{len(typed)}笔，自动也记了{len(own)}次，可能是同一件"
            yield DISPUTE_TWICE, [*own, *typed], text


def _source(claim: Claim) -> str:
    """What kind of participation a claim is for; empty where it is for none."""
    if not claim.by_hand:
        return claim.kind
    return (claim.item.source or "") if claim.item else ""


def _what(claim: Claim) -> str:
    if claim.start is None:
        return _named(claim)
    until = "" if claim.end in (None, claim.start) else f"—{clock_text(claim.end or 0)}"
    return f"{_named(claim)}（{clock_text(claim.start)}{until}）"


def _named(claim: Claim) -> str:
    return f"“{claim.item.name if claim.item else '记录'}”"
