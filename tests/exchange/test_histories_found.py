"""What random histories once found, each in the few steps it takes."""

from datetime import timedelta

from sqlalchemy import select

from db.exchange.tables import RecordAlias
from db.kernel.history import record_history
from db.kernel.ids import Id, new_id
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Community
from db.points import PointDecision
from db.points.claims import claim_key
from db.visits import Visit
from tests.builders import DAY, add_visits, rows_command, street, visit
from tests.exchange.histories import command
from tests.exchange.sites import Copying, HandClock, bring, digest_of, exchange_fully


def _visits(ledger: Ledger) -> list[Id]:
    with ledger.read() as connection:
        return list(connection.execute(select(Visit.id)).scalars())


def test_what_is_put_back_in_knowledge_of_its_removal_stays_though_its_clock_is_days_behind(
    copies: Copying,
) -> None:
    a, b, c = copies(3)
    (door,) = street(a, homes=1)
    made = visit(door)
    add_visits(a, [made])
    exchange_fully([a, b, c], rounds=1)
    assert isinstance(a.clock, HandClock)
    a.clock.move(timedelta(days=9))
    a.write(command(lambda tx: tx.remove(Visit, [made["id"]])))
    bring(a, b)
    assert _visits(b) == []
    with b.read() as connection:
        removed = record_history(connection, Visit, made["id"])[-1]
    b.undo(removed.no)
    exchange_fully([a, b, c])
    assert _visits(a) == _visits(b) == _visits(c) == [made["id"]]
    assert digest_of(a) == digest_of(b) == digest_of(c)


def test_two_like_visits_of_one_site_stay_two_also_where_one_is_told_to_be_ours(
    copies: Copying,
) -> None:
    a, b = copies(2)
    (door,) = street(a, homes=1)
    exchange_fully([a, b], rounds=1)
    add_visits(a, [visit(door)])
    add_visits(a, [visit(door)])
    add_visits(b, [visit(door)])
    bring(b, a)
    assert len(_visits(a)) == 2
    # With the visits comes the word which of them is b's own.
    bring(a, b)
    assert len(_visits(b)) == 2
    exchange_fully([a, b])
    assert digest_of(a) == digest_of(b)


def test_a_decision_about_visits_joined_later_is_about_the_one_that_stays(copies: Copying) -> None:
    a, b, c = copies(3)
    (door,) = street(a, homes=1)
    with a.read() as connection:
        community = connection.execute(select(Community.id)).scalar_one()
    person = {"id": new_id(), "community": community, "name": "王五", "role": "volunteer"}
    a.write(rows_command(Volunteer, [person]))
    exchange_fully([a, b, c], rounds=1)
    made = [visit(door), visit(door, "not_home")]
    add_visits(a, made)
    bring(a, c)
    for one in made:
        claims = (claim_key("visit", one["id"]),)
        said = {"month": "2026-03", "volunteer": person["id"], "kind": "crowd", "reason": "核对"}
        row = {**said, "id": new_id(), "claims": claims, "left_out": claims, "decided": DAY}
        a.write(rows_command(PointDecision, [row]))
    alias = {"id": new_id(), "entity": "visit", "one": made[0]["id"], "other": made[1]["id"]}
    c.write(rows_command(RecordAlias, [alias]))
    bring(c, a)
    (stays,) = _visits(a)
    with a.read() as connection:
        left = connection.execute(select(PointDecision.left_out)).scalars().all()
    assert set(left) == {(claim_key("visit", stays),)}
    exchange_fully([a, b, c])
    assert digest_of(a) == digest_of(b)
