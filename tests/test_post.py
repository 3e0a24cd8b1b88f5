"""The post's own entries and its table of days off."""

from datetime import date

import pytest
from sqlalchemy import select

from db.disputes.facts import clocks
from db.kernel.errors import UserError
from db.ledger import Ledger
from db.post import (
    DayOffLine,
    Post,
    PostDraft,
    change_post,
    days_off,
    remove_day_off,
    set_day_off,
    the_post,
    years_with_days_off,
)


def test_the_posts_entries_change(ledger: Ledger) -> None:
    draft = PostDraft(" 五号警务室 ", "示范派出所", "五号", "城关街道办事处", 10, 0)
    ledger.write(change_post(draft))
    with ledger.read() as connection:
        assert the_post(connection) == PostDraft("五号警务室", "示范派出所", "五号", "城关街道办事处", 10, 0)  # fmt: skip
        assert clocks(connection).follow_up_days == 10


def test_a_lock_never_set_is_fifteen_minutes(ledger: Ledger) -> None:
    ledger.write(change_post(PostDraft("三号警务室", "示范派出所", lock_minutes=None)))
    with ledger.read() as connection:
        assert connection.execute(select(Post.lock_minutes)).scalar_one() is None
        assert the_post(connection).lock_minutes == 15


@pytest.mark.parametrize(
    "draft",
    [
        PostDraft("", "示范派出所"),
        PostDraft("三号警务室", "示范派出所", follow_up_days=0),
        PostDraft("三号警务室", "示范派出所", lock_minutes=121),
        PostDraft("长" * 41, "示范派出所"),
    ],
)
def test_unfit_entries_are_refused(ledger: Ledger, draft: PostDraft) -> None:
    with pytest.raises(UserError):
        ledger.write(change_post(draft))


def test_a_day_off_moves_a_deadline(ledger: Ledger) -> None:
    monday = date(2026, 3, 23)
    with ledger.read() as connection:
        assert clocks(connection).conclude_by(date(2026, 2, 23)) == monday
    ledger.write(set_day_off(monday, works=False, name="全市停工"))
    with ledger.read() as connection:
        assert clocks(connection).conclude_by(date(2026, 2, 23)) == date(2026, 3, 24)
        assert DayOffLine(monday, False, "全市停工") in days_off(connection, 2026)  # noqa: FBT003
    ledger.write(set_day_off(monday, works=True))
    with ledger.read() as connection:
        assert clocks(connection).conclude_by(date(2026, 2, 23)) == monday
    ledger.write(remove_day_off(monday))
    with pytest.raises(UserError, match="没有这一天"):
        ledger.write(remove_day_off(monday))


def test_the_table_says_which_years_it_knows(ledger: Ledger) -> None:
    ledger.write(set_day_off(date(2031, 10, 1), works=False, name="国庆节"))
    with ledger.read() as connection:
        years = years_with_days_off(connection)
        assert [line.name for line in days_off(connection, 2031)] == ["国庆节"]
        assert days_off(connection, 2030) == []
    assert {2026, 2031} <= set(years)
    assert 2030 not in years
    with pytest.raises(UserError):
        ledger.write(set_day_off(date(2031, 10, 2), works=False, name="节" * 21))
