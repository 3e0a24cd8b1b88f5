"""Exact to the cent: parts add to their whole, whatever is divided."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from db.kernel.money import short_yuan
from db.ledger import Ledger
from db.points import points_text
from db.points.fairness import Fairness, WeightDraft, fairness, what_if
from db.points.rules import Band, Scheme, rules_of
from db.points.schemes import MOST_MONEY, MOST_POINTS, scheme_problems, weigh
from db.points.subsidy import due, reduced, split
from tests.points.people import MARCH, Post, at, scheme, with_item
from tests.reading import digest

DAY = date(2026, 3, 10)
AMOUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)


def rule(**said: object) -> Scheme:
    plain = dict.fromkeys(Scheme._fields)
    return Scheme(**{**plain, "id": b"", "name": "办法", "version": 1, "start": DAY,
                     "reduces": False, "items": (), "bands": (), **said})  # type: ignore[arg-type]  # fmt: skip


@given(st.integers(0, 10**9), AMOUNTS)
def test_parts_add_to_the_whole_and_are_within_a_unit(whole: int, weights: list[int]) -> None:
    parts = split(whole, weights)
    total = sum(weights)
    assert sum(parts) == (whole if total else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert total == 0 or abs(part * total - whole * weight) < total


@given(AMOUNTS, st.integers(-5, 10**10))
def test_a_budget_is_never_passed_and_nobody_gains(amounts: list[int], available: int) -> None:
    kept = reduced(amounts, available)
    assert sum(kept) == min(sum(amounts), max(available, 0))
    assert all(0 <= less <= more for less, more in zip(kept, amounts, strict=True))


def test_half_a_cent_is_rounded_up_then_floor_and_cap() -> None:
    per = rule(per_point=101)
    assert [due(per, points) for points in (-100, 0, 50, 49, 100)] == [0, 0, 51, 49, 101]
    assert [due(rule(per_point=101, floor=500, cap=900), p) for p in (1, 600, 1000)] == [
        500,
        606,
        900,
    ]
    bands = rule(bands=(Band(600, "良好", 5050), Band(200, "合格", 3000)))
    assert [due(bands, points) for points in (199, 200, 599, 600)] == [0, 3000, 3000, 5050]
    assert due(None, 500) == 0


def test_a_bound_is_told_in_what_is_typed() -> None:
    told = [
        problem.reason
        for draft in (scheme(cap=MOST_MONEY + 1), with_item(scheme(), "visit", day_cap=MOST_POINTS + 1))
        for problem in scheme_problems(draft)
    ]  # fmt: skip
    assert told == [
        "每人每月最多发（元）大得不合情理（超过1000000元）", "每天上限大得不合情理（超过10000分）",
    ]  # fmt: skip


def test_texts_of_points_and_money() -> None:
    assert [points_text(p) for p in (0, 100, 150, 125, -50, -5)] == [
        "0", "1", "1.5", "1.25", "-0.5", "-0.05",
    ]  # fmt: skip
    assert [short_yuan(m) for m in (0, 20_000, 1250, 305, -5)] == [
        "0",
        "200",
        "12.50",
        "3.05",
        "-0.05",
    ]


def _adds_up(said: Fairness) -> None:
    whole = said.whole
    for groups in (said.by_occupation, said.by_community):
        assert sum(group.amount for group in groups.values()) == whole.amount
        assert sum(group.points for group in groups.values()) == whole.points
        assert sum(group.people for group in groups.values()) == whole.people
    assert sum(item.points for item in said.items) == whole.points
    assert sum(item.amount for item in said.items) + said.besides == whole.amount


def test_every_way_of_looking_at_a_month_adds_up(ledger: Ledger) -> None:
    post = Post(ledger, scheme(bands=(), per_point=133, budget=2000, span="month", reduces=True))
    post.visits(post.one, *[DAY] * 7)
    post.session(DAY, post.one, post.two, post.other)
    post.by_hand(post.two, "report", DAY, points=133)
    post.by_hand(post.two, "advice", DAY)
    said = fairness(post.seen().sheet)
    _adds_up(said)
    assert [line.due for line in post.seen().sheet.lines] == [1197, 709, 0, 266]
    assert said.whole.amount == 2000
    assert {n: (g.people, g.earning) for n, g in said.by_occupation.items()} == {
        "employed": (2, 1), "retired": (2, 2),
    }  # fmt: skip
    post.close()
    _adds_up(fairness(post.closed()))


def test_what_another_weight_would_do_is_told_before_and_writes_nothing(ledger: Ledger) -> None:
    post = Post(ledger, scheme(bands=(), per_point=100))
    post.session(DAY, post.one, post.other)
    post.visits(post.one, DAY)
    with ledger.read() as connection:
        item = rules_of(connection).schemes[0].item("training")
    assert item is not None
    before = digest(ledger)
    with ledger.read() as connection:
        said = what_if(connection, MARCH, [WeightDraft(item.id, post.first, 400)])
    assert digest(ledger) == before
    assert (said.before.whole.amount, said.after.whole.amount) == (500, 700)
    (change,) = said.changes
    assert (change.name, change.points, change.due) == ("联户0", 200, 200)
    _adds_up(said.after)
    ledger.write(weigh(item.id, post.first, date(2026, 3, 1), 400))
    assert fairness(post.seen().sheet) == said.after
    # A month that is closed is looked at the same way.
    post.close()
    at(ledger, date(2026, 4, 3))
    with ledger.read() as connection:
        said = what_if(connection, MARCH, [WeightDraft(item.id, post.first, 100)])
    assert (said.before.whole.points, said.after.whole.points) == (700, 400)
