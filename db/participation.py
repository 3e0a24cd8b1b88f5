"""What volunteers took part in: visits they came along to, trainings, mediations, 回访.

Contact, points, reviews and a person's own timeline all start from these rows, so that each thing
done stands behind every one of them and is counted once: a source record gives a volunteer one row.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, select

from db.disputes import Dispute, FollowUp
from db.disputes.course import MediationSession
from db.disputes.words import KIND_NAMES
from db.kernel.ids import Id
from db.kernel.journal import chunks
from db.kernel.workdays import Period
from db.places import Building, Household
from db.places.finding import door_text
from db.trainings import HERE, Attendance, Training
from db.visits import OUTCOME_NAMES, Visit

DeedKind = Literal["visit", "training", "mediation", "follow_up"]
DEED_NAMES: Final[dict[DeedKind, str]] = {
    "visit": "入户走访", "training": "培训例会", "mediation": "参与调解", "follow_up": "参与回访",
}  # fmt: skip


class Deed(NamedTuple):
    """One volunteer took part in one thing.

    `start` and `end` are minutes since midnight, None where unknown. `record` is the source (a
    visit, an attendance, a session of mediation, a 回访), `entity` its table; `about` is what it belongs to:
    the home, the training, the dispute.
    """

    volunteer: Id
    kind: DeedKind
    day: date
    start: int | None
    end: int | None
    entity: str
    record: Id
    about: Id


def taken_part(connection: Connection, period: Period, volunteer: Id | None = None) -> list[Deed]:
    """Return what was taken part in during the period, by day and time; of one volunteer or of all."""
    found = [
        deed
        for deeds in (_visits, _trainings, _mediations, _follow_ups)
        for deed in deeds(connection, period)
        if volunteer is None or deed.volunteer == volunteer
    ]
    return sorted(found, key=lambda d: (d.day, -1 if d.start is None else d.start, d.record))


def deed_texts(connection: Connection, deeds: Sequence[Deed]) -> dict[Id, str]:
    """Return what each source record is called: 晨园3号楼2单元401 见到人, a topic, 邻里纠纷."""
    texts: dict[Id, str] = {}
    for some in chunks([deed.record for deed in deeds if deed.kind == "visit"]):
        for id_, outcome, estate, number, unit, key, rural in connection.execute(
            select(
                Visit.id, Visit.outcome, Building.estate, Building.number, Household.unit,
                Household.key, Building.rural,
            )
            .join(Household, Household.id == Visit.household)
            .join(Building, Building.id == Household.building)
            .where(Visit.id.in_(some))
        ):  # fmt: skip
            texts[id_] = (
                f"{door_text(estate, number, unit, key, rural=rural)} {OUTCOME_NAMES[outcome]}"
            )
    abouts: dict[Id, list[Id]] = {deed.about: [] for deed in deeds if deed.kind != "visit"}
    for deed in deeds:
        if deed.about in abouts:
            abouts[deed.about].append(deed.record)
    for about, text in _about_texts(connection, list(abouts)):
        texts.update(dict.fromkeys(abouts[about], text))
    return texts


def _about_texts(connection: Connection, abouts: Sequence[Id]) -> Iterator[tuple[Id, str]]:
    for some in chunks(abouts):
        topics: Any = select(Training.id, Training.topic).where(Training.id.in_(some))
        for id_, topic in connection.execute(topics):
            yield id_, topic
        kinds: Any = select(Dispute.id, Dispute.kind).where(Dispute.id.in_(some))
        for id_, kind in connection.execute(kinds):
            yield id_, f"{KIND_NAMES[kind]}纠纷"


def _visits(connection: Connection, period: Period) -> Iterator[Deed]:
    rows = connection.execute(
        select(Visit.volunteers, Visit.day, Visit.at, Visit.id, Visit.household).where(
            Visit.day.between(period.start, period.end), Visit.volunteers != ()
        )
    )
    for volunteers, day, at, visit, household in rows:
        for one in dict.fromkeys(volunteers):
            yield Deed(one, "visit", day, at, at, Visit.__tablename__, visit, household)


def _trainings(connection: Connection, period: Period) -> Iterator[Deed]:
    rows = connection.execute(
        select(
            Attendance.volunteer, Training.day, Training.start, Training.end, Attendance.id,
            Training.id,
        )
        .join(Training, Training.id == Attendance.training)
        .where(Attendance.status.in_(HERE))
        .where(Training.day.between(period.start, period.end))
    )  # fmt: skip
    for volunteer, day, start, end, record, training in rows:
        if volunteer is None:
            continue
        yield Deed(
            volunteer, "training", day, start, end, Attendance.__tablename__, record, training
        )


def _mediations(connection: Connection, period: Period) -> Iterator[Deed]:
    rows = connection.execute(
        select(
            MediationSession.volunteers, MediationSession.day, MediationSession.at,
            MediationSession.id, MediationSession.dispute,
        ).where(MediationSession.day.between(period.start, period.end))
    )  # fmt: skip
    for volunteers, day, at, record, dispute in rows:
        for one in dict.fromkeys(volunteers or ()):
            yield Deed(
                one, "mediation", day, at, None, MediationSession.__tablename__, record, dispute
            )


def _follow_ups(connection: Connection, period: Period) -> Iterator[Deed]:
    rows = connection.execute(
        select(FollowUp.volunteers, FollowUp.day, FollowUp.id, FollowUp.dispute).where(
            FollowUp.day.between(period.start, period.end)
        )
    )
    for volunteers, day, record, dispute in rows:
        for one in dict.fromkeys(volunteers or ()):
            yield Deed(one, "follow_up", day, None, None, FollowUp.__tablename__, record, dispute)
