"""A reward, money for it and two people, for the tests of rewards and of their fund."""

from datetime import date

from db.kernel.ids import Id
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from db.rewards import (
    DepositDraft,
    RewardDraft,
)
from db.rewards.fund import fund_balance
from db.rewards.lists import (
    RewardQuery,
    RewardRow,
    rewards,
)
from tests.builders import add_community

TODAY = date(2026, 3, 23)
MATTER = RewardDraft(
    "劝阻电信诈骗", date(2026, 3, 18), "识破骗局，挽回损失", 200_00, None, date(2026, 3, 20)
)
MONEY = DepositDraft(date(2026, 3, 1), 1000_00, "街道拨款")


def two_people(ledger: Ledger) -> tuple[Id, Id]:
    """Put two people of one community on the roster."""
    community = ledger.write(add_community("第三社区")).value
    first, second = (
        ledger.write(add_volunteer(VolunteerPlace(community), VolunteerDraft(name))).value
        for name in ("王芳", "李强")
    )
    return first, second


def listed(ledger: Ledger, query: RewardQuery | None = None) -> list[RewardRow]:
    """Return the rewards a query means; without one all of them."""
    with ledger.read() as connection:
        return rewards(connection, query or RewardQuery())


def left(ledger: Ledger) -> int:
    """Return what the fund has left."""
    with ledger.read() as connection:
        return fund_balance(connection)
