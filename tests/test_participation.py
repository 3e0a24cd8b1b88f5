"""What volunteers took part in, against the rows it comes from."""

from datetime import date

from sqlalchemy import select

from db.disputes import Dispute, FollowUp
from db.disputes.course import MediationSession
from db.kernel.ids import new_id
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.participation import deed_texts, taken_part
from db.people import Volunteer
from db.places import Community
from db.trainings import Attendance, Training
from db.visits import Visit
from tests.builders import DAY, rows_command, street, visit

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def _people(ledger: Ledger, n: int) -> list[bytes]:
    with ledger.read() as connection:
        community = connection.execute(select(Community.id)).scalars().first()
    rows = [
        {"id": new_id(), "community": community, "name": f"联户{k}", "role": "household_leader"}
        for k in range(n)
    ]
    ledger.write(rows_command(Volunteer, rows))
    return [row["id"] for row in rows]


def test_each_source_gives_each_volunteer_one_row(ledger: Ledger) -> None:
    doors = street(ledger)
    one, two = _people(ledger, 2)
    gone = visit(doors[0], at=600, volunteers=(one, two, one))
    ledger.write(rows_command(Visit, [gone]))
    training, here, away = new_id(), new_id(), new_id()
    head = {"id": training, "topic": "反诈宣讲", "kind": "course", "day": DAY, "start": 1140}
    ledger.write(rows_command(Training, [head]))
    listed = {"training": training, "name": "联户0"}
    ledger.write(
        rows_command(
            Attendance,
            [
                {"id": here, "volunteer": one, "status": "late", **listed},
                {"id": away, "volunteer": two, "status": "leave", **listed},
            ],
        )
    )
    dispute, held = new_id(), new_id()
    ledger.write(rows_command(Dispute, [{"id": dispute, "registered": DAY, "kind": "neighbour"}]))
    session = {"dispute": dispute, "day": DAY, "result": "continued", "volunteers": (two,)}
    ledger.write(rows_command(MediationSession, [{"id": held, **session}]))
    asked = {"dispute": dispute, "day": DAY, "volunteers": (one, one)}
    ledger.write(rows_command(FollowUp, [{"id": new_id(), **asked}]))
    with ledger.read() as connection:
        visited = connection.execute(select(FollowUp.id)).scalar_one()
        deeds = taken_part(connection, MARCH)
        texts = deed_texts(connection, deeds)
        mine = taken_part(connection, MARCH, one)
    assert {(d.volunteer, d.kind, d.record) for d in deeds} == {
        (one, "visit", gone["id"]),
        (two, "visit", gone["id"]),
        (one, "training", here),
        (two, "mediation", held),
        (one, "follow_up", visited),
    }
    assert sorted(d.kind for d in mine) == ["follow_up", "training", "visit"]
    assert texts == {
        gone["id"]: "晨园1号楼1单元101 见到人",
        here: "反诈宣讲",
        held: "邻里纠纷",
        visited: "邻里纠纷",
    }


def test_days_outside_the_period_are_left_out(ledger: Ledger) -> None:
    doors = street(ledger)
    (one,) = _people(ledger, 1)
    rows = [
        visit(doors[0], day=date(2026, 2, 28), volunteers=(one,)),
        visit(doors[0], day=date(2026, 3, 31), volunteers=(one,)),
    ]
    ledger.write(rows_command(Visit, rows))
    with ledger.read() as connection:
        assert [d.record for d in taken_part(connection, MARCH)] == [rows[1]["id"]]
