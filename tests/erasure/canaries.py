"""A ledger full of names that are due for erasure, and where in it they are found."""

import os
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import inspect

from db.attaching import attach
from db.disputes import DisputeDraft
from db.disputes.agreeing import AgreementDraft, write_agreement
from db.disputes.life import ConclusionDraft, FollowUpDraft, conclude, follow_up
from db.disputes.parties import PartyDraft, change_party, parties_of
from db.disputes.registering import RegistrationDraft, change_dispute, register_dispute
from db.disputes.steps import ClosingDraft, SessionDraft, close, hold_session
from db.erasing import erase
from db.erasure.lists import due_groups
from db.erasure.proposing import propose_erasure
from db.kernel.clock import SetClock
from db.kernel.ids import Id
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer, leave_volunteers
from db.places import HouseholdDraft, change_household, communities, set_occupancy
from db.places.making import remove_households
from db.reviews import ReviewDraft, TwoMonths, review
from db.rewards import Receiver, RewardDraft
from db.rewards.granting import grant
from db.trainings import TrainingDraft
from db.trainings.sessions import Person, add_training, join, mark, take_off
from db.visits import Visit
from tests.builders import rows_command, street, visit

# Five years and more after the sample's own day.
LATER = SetClock(datetime(2031, 6, 2, 9, 0))  # noqa: DTZ001
LATER_DAY = date(2031, 6, 2)
HOMES = 50
PAPER = "独自值班，签字单在三号柜"
JPEG = b"\xff\xd8\xff\xe0" + os.urandom(4000)

CONTACTS = tuple(f"雀甲{chr(0x4E00 + n)}" for n in range(HOMES))
BEFORE = tuple(f"雀乙{chr(0x4E00 + n)}" for n in range(HOMES))
PHONES = tuple(f"139{70000000 + n}" for n in range(HOMES))
PEOPLE = (
    "雀联户",
    "13870000001",
    "雀履职备注",
    "雀请假事由",
    "雀奖励事项",
    "雀奖励理由",
    "雀考评理由",
)
WALK_IN = ("雀路人", "雀退场人")
DISPUTE = (
    "雀甲方", "雀乙方", "13870000009", "雀案情", "雀备注", "雀监护人", "雀地点", "雀参加人", "雀调解记录",
    "雀主要事实", "雀协议条款", "雀回访", "雀结案说明", "雀换掉的人", "雀新乙方",
)  # fmt: skip
VISITED = ("雀发现隐患", "雀走访备注")
FILE = "雀照片名"
ALL = (*CONTACTS, *BEFORE, *PHONES, *PEOPLE, *WALK_IN, *DISPUTE, *VISITED, FILE)


def planted(ledger: Ledger, folder: Path) -> list[Id]:
    """Write what is due one day, by the program's own commands; return the homes."""
    doors = street(ledger, homes=HOMES)
    for door, before, now, phone in zip(doors, BEFORE, CONTACTS, PHONES, strict=True):
        ledger.write(change_household(door, HouseholdDraft(contact=before)))
        ledger.write(change_household(door, HouseholdDraft(contact=now, phone=phone, residents=3)))
    ledger.write(set_occupancy(doors, "empty"))
    ledger.write(remove_households(doors[-5:]))
    told = {"found": VISITED[0], "note": VISITED[1]}
    ledger.write(rows_command(Visit, [visit(doors[0], "met", **told), visit(doors[1], "absent")]))
    _people(ledger)
    _dispute(ledger, folder)
    ledger.keep_unsaved("住户", {"contact": CONTACTS[3], "residents": 2})
    ledger.keep_unsaved("走访", {"note": "没有写完的一句"})
    return doors


def _people(ledger: Ledger) -> None:
    with ledger.read() as connection:
        place = VolunteerPlace(communities(connection)[0].id)
    name, phone, note, why, matter, reason, graded = PEOPLE
    draft = VolunteerDraft(name, "grid_leader", "retired", phone, date(2025, 1, 1), None, note)
    who = ledger.write(add_volunteer(place, draft)).value
    training = ledger.write(add_training(TrainingDraft("反诈", date(2026, 3, 20)))).value
    on_list = ledger.write(join(training, Person(name, who))).value
    ledger.write(mark([on_list], "leave", why))
    ledger.write(join(training, Person(WALK_IN[0])))
    ledger.write(take_off([ledger.write(join(training, Person(WALK_IN[1]))).value]))
    day = date(2026, 3, 20)
    ledger.write(grant(Receiver(who), RewardDraft(matter, day, reason, 100_00, None, day)))
    ledger.write(review(who, TwoMonths(2026, 1), ReviewDraft("good", graded)))
    ledger.write(leave_volunteers((who,), date(2026, 3, 22)))


def _dispute(ledger: Ledger, folder: Path) -> None:
    draft = DisputeDraft(
        registered=date(2026, 3, 2), kind="neighbour", side_a=(DISPUTE[0],), phone_a=DISPUTE[2],
        side_b=(DISPUTE[1], DISPUTE[13]), brief=DISPUTE[3], mediators=("杨思豪",), note=DISPUTE[4],
    )  # fmt: skip
    made = ledger.write(register_dispute(draft)).value
    fit = {n: getattr(draft, n) for n in draft.__dataclass_fields__ if n != "side_b"}
    changed = RegistrationDraft(**fit, side_b=(DISPUTE[14],), place=DISPUTE[6])
    ledger.write(change_dispute(made, changed))
    with ledger.read() as connection:
        first = parties_of(connection, made)[0]
    ledger.write(change_party(first.id, PartyDraft(name=DISPUTE[0], guardian=DISPUTE[5], age=70)))
    day = date(2026, 3, 10)
    session = SessionDraft(day, place=DISPUTE[6], invited=DISPUTE[7], record=DISPUTE[8])
    ledger.write(hold_session(made, session))
    ledger.write(conclude(made, ConclusionDraft("settled", day, "written")))
    ledger.write(write_agreement(made, AgreementDraft("written", DISPUTE[9], DISPUTE[10])))
    ledger.write(follow_up(made, FollowUpDraft(date(2026, 3, 17), DISPUTE[11])))
    ledger.write(close(made, ClosingDraft(date(2026, 3, 18), DISPUTE[12])))
    photo = folder / f"{FILE}.jpg"
    photo.write_bytes(JPEG)
    attach(ledger, "dispute", made, "scene", photo)


def erase_all_due(ledger: Ledger) -> int:
    """Propose and confirm all that is due; return how many records were erased."""
    with ledger.read() as connection:
        groups = due_groups(connection, LATER_DAY)
    total = 0
    for group in groups:
        proposal = ledger.write(propose_erasure(group.entity, group.records)).value
        total += erase(ledger, proposal, PAPER).value.records
    return total


def hits(ledger: Ledger) -> dict[str, set[str]]:
    """Return which canaries stand where: by table, in rows, journal, search keys and what was typed."""
    found: dict[str, set[str]] = {}
    with ledger.read() as connection:
        for table in inspect(connection).get_table_names():
            rows = connection.exec_driver_sql(f'SELECT * FROM "{table}"').all()  # noqa: S608
            dump = "\n".join(str(value) for row in rows for value in row)
            if there := {word for word in ALL if word in dump}:
                found[table] = there
    return found


def contents(ledger: Ledger) -> list[Path]:
    """Return the sealed contents beside the ledger."""
    return [path for path in ledger.place.blobs.rglob("*") if path.is_file()]
