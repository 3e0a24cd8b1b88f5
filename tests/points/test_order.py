"""The order in which entries are written changes neither an open month nor a closed one."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from db.kernel.ids import Id
from db.kernel.workdays import Month
from db.ledger import Ledger
from db.points.closing import close_month
from db.points.doubts import decide
from db.points.entries import EntryDraft, add_entry
from db.points.frozen import last_closed
from db.points.recount import recount
from db.points.sheet import Sheet
from db.visits import Visit
from tests.builders import rows_command, visit
from tests.points.people import PAPER, Post, at, scheme, with_item

# Who, which day of the month, which minute, and what: a visit, or an entry by hand of an item.
ENTRY = st.tuples(
    st.integers(0, 2),
    st.integers(0, 4),
    st.sampled_from((None, 540, 545, 600)),
    st.sampled_from(("come along", "report", "advice", "deduct")),
    st.integers(1, 3),
)
RULES = with_item(
    with_item(scheme(bands=(), per_point=37), "report", day_cap=200, month_cap=500),
    "advice", points=250, negative=True, day_cap=400, month_cap=None, least=None, most=None,
)  # fmt: skip

Entry = tuple[int, int, int | None, str, int]


def _write(post: Post, month: Month, entries: Sequence[Entry]) -> list[int]:
    people = (post.one, post.two, post.three)
    done = []
    for who, day, minute, what, times in entries:
        on = month.period.start + timedelta(days=day)
        if what == "come along":
            row = visit(post.doors[times], day=on, at=minute, volunteers=(people[who],))
            done.append(post.ledger.write(rows_command(Visit, [row])).no)
            continue
        item = "advice" if what == "deduct" else what
        points = -50 * times if what == "deduct" else None
        draft = EntryDraft(day=on, times=times, points=points, start=minute, reason="登记")
        done.append(post.ledger.write(add_entry(people[who], item, draft)).no)
    return done


def _said(sheet: Sheet) -> list[Any]:
    """What a sheet says without the numbers of its records."""
    return [
        (
            line.volunteer, line.points, line.due, line.own, line.amount,
            [(s.item, s.community, s.times, s.points, s.cut) for s in line.shares],
            [[(e.day, e.times, e.asked, e.points, e.why) for e in s.entries] for s in line.shares],
        )
        for line in sheet.lines
    ]  # fmt: skip


def _settled(sheets: Sequence[Sheet], of: Month) -> dict[tuple[Id, str | None], int]:
    """What a month's points came to in the end: as frozen, and as corrected since."""
    found: Counter[tuple[Id, str | None]] = Counter()
    for sheet in sheets:
        for line in sheet.lines:
            for one in line.corrections:
                if one.of == of and one.item is not None:
                    found[line.volunteer, one.item] += one.points
            for share in line.shares if sheet.month == of else ():
                found[line.volunteer, share.item] += share.points
    return {key: points for key, points in found.items() if points}


def _decide_all(post: Post, month: Month) -> None:
    for doubt in post.seen(month).undecided:
        post.ledger.write(decide(doubt, (), "核实过"))


def test_no_order_of_entries_changes_a_month(ledger: Ledger) -> None:
    post = Post(ledger, RULES)
    at(ledger, date(2100, 1, 1))

    @settings(
        # Shrinking writes for minutes, and a month is short enough to be read as it is.
        max_examples=15, deadline=None, database=None, phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )  # fmt: skip
    @given(st.data())
    def whatever_the_order(data: st.DataObject) -> None:
        entries = data.draw(st.lists(ENTRY, min_size=1, max_size=9))
        again = data.draw(st.permutations(entries))
        late = data.draw(st.lists(ENTRY, max_size=4))
        # Each example has a month of its own, for a closed one stays closed.
        with ledger.read() as connection:
            closed_last = last_closed(connection)
        month = closed_last.after if closed_last else Month(2026, 3)
        done = _write(post, month, entries)
        first = _said(post.seen(month).sheet)
        for no in reversed(done):
            ledger.undo(no)
        _write(post, month, again)
        assert _said(post.seen(month).sheet) == first
        _decide_all(post, month)
        ledger.write(close_month(month, PAPER))
        closed = post.closed(month)
        assert _said(closed) == first
        _write(post, month, late)
        assert post.closed(month) == closed
        after = month.after
        _decide_all(post, after)
        ledger.write(close_month(after, PAPER))
        assert post.closed(month) == closed
        assert all(line.amount >= 0 for line in post.closed(after).lines)
        assert _settled([closed, post.closed(after)], month) == _recounted(post, month)

    whatever_the_order()


def _recounted(post: Post, month: Month) -> dict[tuple[Id, str | None], int]:
    """What a month's points come to by its sources as they now are."""
    found: Counter[tuple[Id, str | None]] = Counter()
    with post.ledger.read() as connection:
        for line in recount(connection, month).lines:
            for share in line.shares:
                found[line.volunteer, share.item] += share.points
    return {key: points for key, points in found.items() if points}
