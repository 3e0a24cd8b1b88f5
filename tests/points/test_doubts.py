"""What looks wrong is said in words, and a person decides."""

from datetime import date

import pytest

from db.disputes import Dispute
from db.disputes.course import MediationSession
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import id_text, new_id
from db.kernel.journal import Command
from db.ledger import Ledger
from db.people.roster import leave_volunteers
from db.points.closing import close_month
from db.points.doubts import decide
from db.points.entries import Source, remove_entry
from db.points.schemes import adopt_scheme
from db.visits import Visit
from tests.builders import rows_command, visit
from tests.points.people import MARCH, PAPER, Post, scheme, with_item

DAY = date(2026, 3, 10)


def told(post: Post) -> list[tuple[str, str]]:
    return [(doubt.kind, doubt.text) for doubt in post.seen().doubts]


def mediation(post: Post, *days: date) -> tuple[bytes, list[bytes]]:
    """Let the first volunteer take part in sessions of one dispute."""
    dispute = new_id()
    row = {"id": dispute, "registered": days[0], "kind": "neighbour"}
    post.ledger.write(rows_command(Dispute, [row]))
    held = {"dispute": dispute, "result": "continued", "volunteers": (post.one,)}
    rows = [{"id": new_id(), "day": day, **held} for day in days]
    post.ledger.write(rows_command(MediationSession, rows))
    return dispute, [row["id"] for row in rows]


def test_an_ordinary_month_has_no_doubts(ledger: Ledger) -> None:
    post = Post(ledger)
    post.visits(post.one, *[DAY] * 15, at=600)
    post.session(DAY, post.one, start=660, end=720)
    mediation(post, date(2026, 3, 3), date(2026, 3, 5))
    post.by_hand(post.one, "advice", DAY, start=720, end=730)
    assert told(post) == []


def test_two_places_at_once(ledger: Ledger) -> None:
    post = Post(ledger)
    post.session(DAY, post.one, start=570, end=660)
    post.by_hand(post.one, "duty", DAY, start=600, end=700)
    (doubt,) = post.seen().doubts
    assert doubt.kind == "overlap"
    assert doubt.text == "3月10日“参加培训例会”（09:30—11:00）和“巡防值守”（10:00—11:40）时间重叠"


def test_two_buildings_at_the_same_minute(ledger: Ledger) -> None:
    post = Post(ledger)
    rows = [
        visit(door, day=DAY, at=600, volunteers=(post.one,))
        for door in (post.doors[0], post.doors[-1])
    ]
    ledger.write(rows_command(Visit, rows))
    assert [kind for kind, _ in told(post)] == ["overlap"]


def test_twenty_doors_in_ten_minutes(ledger: Ledger) -> None:
    post = Post(ledger)
    for n in range(20):
        row = visit(post.doors[n], day=DAY, at=600 + n // 2, volunteers=(post.one,))
        ledger.write(rows_command(Visit, [row]))
    assert told(post) == [("crowd", "3月10日10:00起10分钟里走了20户")]


def test_one_dispute_claimed_twice(ledger: Ledger) -> None:
    post = Post(ledger)
    dispute, (held, _) = mediation(post, date(2026, 3, 3), DAY)
    post.by_hand(post.one, "mediation", date(2026, 3, 3), Source("dispute_session", held))
    assert told(post) == [("dispute_twice", "同一件纠纷记了2次（3月3日、3月10日）")]
    post.by_hand(post.two, "mediation", DAY, Source("dispute", dispute))
    post.by_hand(post.two, "mediation", date(2026, 3, 12), Source("dispute", dispute))
    assert told(post)[1] == ("dispute_twice", "同一件纠纷记了2次（3月10日、3月12日）")


def test_a_mediation_typed_besides_one_of_the_day(ledger: Ledger) -> None:
    post = Post(ledger)
    mediation(post, DAY)
    post.by_hand(post.one, "mediation", DAY)
    assert told(post) == [
        ("dispute_twice", "3月10日的调解手工记了1笔，自动也记了1次，可能是同一件")
    ]


def test_the_same_session_or_visit_twice(ledger: Ledger) -> None:
    post = Post(ledger)
    post.session(DAY, post.one, post.one)
    post.session(date(2026, 3, 11), post.two)
    post.by_hand(post.two, "training", date(2026, 3, 11))
    rows = [visit(post.doors[0], day=DAY, at=540, volunteers=(post.three,)) for _ in range(2)]
    ledger.write(rows_command(Visit, rows))
    assert told(post) == [
        ("same_twice", "3月10日同一场培训记了2次"),
        ("same_twice", "3月11日“参加培训例会”手工记了1笔，自动也记了1次，可能重复"),
        ("same_twice", "3月10日同一户、同一时间的走访记了2次"),
    ]


def test_the_same_mediation_entered_twice(ledger: Ledger) -> None:
    post = Post(ledger)
    _, (held, other) = mediation(post, DAY, DAY)
    assert told(post) == [("same_twice", "3月10日同一件纠纷、同一时间的调解记了2次")]
    (doubt,) = post.seen().doubts
    twice = post.line(post.one).points
    ledger.write(decide(doubt, doubt.claims[1:], "同一次调解登了两遍"))
    assert post.line(post.one).points * 2 == twice
    # At two hours they were two.
    rows = {held: {"at": 540}, other: {"at": 900}}
    ledger.write(Command("修改", Right.WRITE, lambda tx: tx.change(MediationSession, rows)))
    assert [kind for kind, _ in told(post) if kind == "same_twice"] == []


def test_out_of_service_and_without_evidence(ledger: Ledger) -> None:
    post = Post(ledger)
    post.by_hand(post.one, "advice", DAY)
    ledger.write(leave_volunteers((post.two,), date(2026, 3, 9)))
    post.visits(post.two, DAY)
    strict = with_item(scheme(), "advice", evidence=True)
    ledger.write(adopt_scheme(strict, date(2026, 3, 5), reason="改"))
    assert told(post) == [
        ("no_evidence", "3月10日“合理化建议”要有凭证，没有写"),
        ("out_of_service", "3月10日不在任期，记了1项"),
    ]


def test_a_decision_counts_leaves_out_and_is_asked_again_when_more_comes(ledger: Ledger) -> None:
    post = Post(ledger)
    post.session(DAY, post.one, post.one)
    (doubt,) = post.seen().undecided
    with pytest.raises(UserError, match="1条疑点"):
        ledger.write(close_month(MARCH, PAPER))
    with pytest.raises(UserError, match="理由"):
        ledger.write(decide(doubt, (), " "))
    with pytest.raises(UserError, match="不在这条疑点里"):
        ledger.write(decide(doubt, ("x",), "重复"))
    step = ledger.write(decide(doubt, doubt.claims[1:], "重复签到"))
    seen = post.seen()
    (decided,) = seen.doubts
    assert decided.decision is not None
    assert (decided.decision.reason, decided.decision.who) == ("重复签到", "民警")
    line = post.line(post.one)
    assert line.points == 200
    assert [entry.why for entry in line.shares[0].entries] == ["", "核对后不计"]
    ledger.undo(step.no)
    assert post.line(post.one).points == 400
    ledger.write(decide(doubt, doubt.claims, "都不算"))
    ledger.write(decide(doubt, (), "核实过，两场"))
    assert post.line(post.one).points == 400
    assert post.seen().undecided == ()
    # Another record makes it another doubt; what was decided still holds for what it was about.
    ledger.write(decide(doubt, doubt.claims[1:], "重复签到"))
    post.by_hand(post.one, "training", DAY)
    assert [one.kind for one in post.seen().undecided] == ["same_twice"]
    assert post.line(post.one).points == 400


def test_three_that_overlap_are_each_decided_and_the_month_closes(ledger: Ledger) -> None:
    post = Post(ledger)
    for item, start in (("duty", 600), ("advice", 610), ("duty", 620)):
        post.by_hand(post.one, item, DAY, start=start, end=start + 60)
    for doubt in post.seen().undecided:
        ledger.write(decide(doubt, (), "核实过"))
    assert len(post.seen().doubts) >= 3
    assert not post.seen().undecided


def overlapping(post: Post, *starts: int) -> list[bytes]:
    """Enter duties of an hour each that begin at these minutes."""
    return [post.by_hand(post.one, "duty", DAY, start=at, end=at + 60) for at in starts]


def test_what_one_decision_leaves_out_no_other_counts(ledger: Ledger) -> None:
    # At 10:00, 10:40 and 11:20: the one in the middle meets both others, which do not meet.
    post = Post(ledger, with_item(scheme(), "duty", day_cap=None))
    overlapping(post, 600, 640, 680)
    first, second = post.seen().undecided
    (middle,) = set(first.claims) & set(second.claims)
    ledger.write(decide(first, (middle,), "人在第一处"))
    assert post.line(post.one).points == 400
    (open_,) = post.seen().undecided
    assert open_.out == {middle}
    ledger.write(decide(open_, (), "核实过"))
    assert post.line(post.one).points == 400
    assert not post.seen().undecided
    # Whoever takes the first decision back has the claim again: the second never left it out.
    ledger.write(decide(first, (), "两处都到过"))
    assert post.line(post.one).points == 600
    assert [doubt.out for doubt in post.seen().doubts] == [frozenset(), frozenset()]


@pytest.mark.parametrize("points", [200, 0])
def test_what_was_left_out_for_another_is_asked_again_when_that_is_gone(
    ledger: Ledger, points: int
) -> None:
    post = Post(ledger)
    kept, other = overlapping(post, 600, 620)
    (doubt,) = post.seen().undecided
    out = next(key for key in doubt.claims if key.endswith(id_text(other)))
    ledger.write(decide(doubt, (out,), "人在第一处"))
    ledger.write(remove_entry(kept))
    (again,) = post.seen().undecided
    assert (again.kind, again.claims) == ("lapsed", (out,))
    assert again.text == "3月10日“巡防值守”原来核对时不计，那条疑点现在没有了"
    with pytest.raises(UserError, match="1条疑点"):
        ledger.write(close_month(MARCH, PAPER))
    assert post.line(post.one).points == 0
    ledger.write(decide(again, () if points else (out,), "又核实了一次"))
    (decided,) = post.seen().doubts
    assert decided.decision is not None
    assert post.line(post.one).points == points


def test_what_was_left_out_for_itself_stays_out(ledger: Ledger) -> None:
    post = Post(ledger)
    one, _ = overlapping(post, 600, 620)
    (doubt,) = post.seen().undecided
    ledger.write(decide(doubt, doubt.claims, "都没有去"))
    ledger.write(remove_entry(one))
    assert post.seen().doubts == ()
    assert post.line(post.one).points == 0


def test_what_was_left_out_in_a_closed_month_is_asked_in_the_next(ledger: Ledger) -> None:
    post = Post(ledger)
    kept, other = overlapping(post, 600, 620)
    (doubt,) = post.seen().undecided
    ledger.write(decide(doubt, (next(k for k in doubt.claims if id_text(other) in k),), "重"))
    post.close()
    ledger.write(remove_entry(kept))
    (again,) = post.seen(MARCH.after).undecided
    assert (again.month, again.kind) == (MARCH, "lapsed")
    assert [c.points for c in post.line(post.one, MARCH.after).corrections] == [-200]
    ledger.write(decide(again, (), "当时在第二处"))
    assert post.line(post.one, MARCH.after).corrections == ()
