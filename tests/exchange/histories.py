"""Random histories of several sites: what people do, and what becomes of the packages between them."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from db.exchange.deciding import DECIDED, Choice, Conflict, decide, open_conflicts
from db.exchange.merging import Parcel, merge
from db.kernel.access import Right
from db.kernel.errors import PolicepostError, UserError
from db.kernel.history import history
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx, table_of
from db.kernel.records import CommandRow, Record
from db.ledger import Ledger
from db.people import Staff, Volunteer, VolunteerTerm
from db.places import Building, Community, Household
from db.points import PointDecision, PointEntry
from db.points.claims import claim_key
from db.reviews import Review
from db.rewards import Reward, RewardDeposit
from db.trainings import Attendance, Training
from db.trainings.sheets import print_sheet
from db.visits import Visit
from tests.builders import rows_command
from tests.exchange.sites import HandClock, bring, known_to, parcel_for

WORDS = ("甲", "乙", "丙", None)
DAYS = (date(2026, 3, 16), date(2026, 3, 17))


def command(run: Callable[[Tx], Any]) -> Command[Any]:
    """Return a command that does what a test wants."""
    return Command("测试", Right.WRITE, run)


class History:
    """A random history, told by its seed."""

    def __init__(self, ledgers: list[Ledger], seed: int) -> None:
        self.random = random.Random(seed)
        self.ledgers = ledgers
        self.bag: list[tuple[int, Parcel]] = []
        # What each site was last told that each other has; it may be out of date.
        self.told: dict[tuple[int, int], dict[Id, int]] = {}
        self.steps = {
            self.add_home: 6, self.edit_home: 12, self.remove_home: 2, self.rename_building: 2,
            self.add_visit: 5, self.edit_visit: 3, self.remove_visit: 2, self.add_person: 4,
            self.edit_person: 3, self.remove_person: 2, self.train: 2, self.undo: 2, self.decide: 6, self.undecide: 3,
            self.turn_clock: 3, self.pack: 7, self.deliver: 7, self.put_on_record: 5, self.edit_on_record: 3,
            self.print_list: 1, self.meet: 4,
        }  # fmt: skip

    def run(self, count: int) -> None:
        """Begin with what all know, so that they come to differ on it; then do so many things."""
        for step in (self.add_home, self.add_home, self.add_person, self.add_visit):
            step(0)
        for ledger in self.ledgers[1:]:
            bring(self.ledgers[0], ledger)
        self.go_on(count)

    def go_on(self, count: int) -> None:
        """Do so many more things."""
        for _ in range(count):
            at = self.random.randrange(len(self.ledgers))
            step = self.random.choices([*self.steps], [*self.steps.values()])[0]
            try:
                step(at)
            except PolicepostError:
                # What a rule or a key of the ledger forbids is told and not done; a merge never is.
                if step in (self.deliver, self.meet):
                    raise

    def pick(self, at: int, record: type[Record]) -> dict[str, Any] | None:
        """Return one of a ledger's rows."""
        with self.ledgers[at].read() as connection:
            rows = connection.execute(select(table_of(record))).mappings().all()
        return dict(self.random.choice(rows)) if rows else None

    def write(self, at: int, run: Callable[[Tx], Any]) -> None:
        """Give a command at a site."""
        self.ledgers[at].write(command(run))

    def place(self, at: int) -> tuple[Id, Id, str]:
        """Return a community and a building of a small street, made if the site has none."""
        name, number = self.random.choice("东西"), self.random.choice("12")
        with self.ledgers[at].read() as connection:
            community = connection.execute(
                select(Community.id).where(Community.key == name)
            ).scalar()
            key = f"晨园/{number}"
            building = connection.execute(
                select(Building.id).where(Building.community == community, Building.key == key)
            ).scalar()
        if community is None:
            community = new_id()
            row = {"id": community, "name": name, "key": name, "rank": 1}
            self.ledgers[at].write(rows_command(Community, [row]))
        if building is None:
            building = new_id()
            row = {
                "id": building, "community": community, "estate": "晨园", "number": number,
                "rural": False, "key": key,
            }  # fmt: skip
            self.ledgers[at].write(rows_command(Building, [row]))
        return community, building, key

    def add_home(self, at: int) -> None:
        community, building, key = self.place(at)
        room = self.random.choice(("101", "102", "103"))
        with self.ledgers[at].read() as connection:
            there = connection.execute(
                select(Household.id).where(
                    Household.community == community, Household.key == f"{key}/1/{room}"
                )
            ).scalar()
        if there is None:
            row = {
                "id": new_id(), "community": community, "building": building, "unit": "1",
                "room": room, "key": f"{key}/1/{room}", "occupancy": "occupied",
                "contact": self.random.choice(WORDS),
            }  # fmt: skip
            self.ledgers[at].write(rows_command(Household, [row]))

    def edit_home(self, at: int) -> None:
        home = self.pick(at, Household)
        if home:
            field = self.random.choice(("contact", "phone", "note"))
            value = self.random.choice(WORDS)
            self.write(at, lambda tx: tx.change(Household, {home["id"]: {field: value}}))

    def remove_home(self, at: int) -> None:
        home = self.pick(at, Household)
        if home is None:
            return

        def run(tx: Tx) -> None:
            visits = select(Visit.id).where(Visit.household == home["id"])
            tx.remove(Visit, list(tx.connection.execute(visits).scalars()))
            tx.remove(Household, [home["id"]])

        self.write(at, run)

    def rename_building(self, at: int) -> None:
        building = self.pick(at, Building)
        if building is None:
            return
        number = self.random.choice("123")
        key = f"晨园/{number}"

        def run(tx: Tx) -> None:
            taken = tx.connection.execute(
                select(Building.id).where(
                    Building.community == building["community"], Building.key == key
                )
            ).first()
            if taken:
                raise UserError("taken")
            tx.change(Building, {building["id"]: {"number": number, "key": key}})
            homes = select(Household.id, Household.key).where(Household.building == building["id"])
            tx.change(
                Household,
                {
                    row.id: {"key": row.key.replace(building["key"], key, 1)}
                    for row in tx.connection.execute(homes).all()
                },
            )

        self.write(at, run)

    def add_visit(self, at: int) -> None:
        home, person = self.pick(at, Household), self.pick(at, Volunteer)
        if home:
            row = {
                "id": new_id(), "household": home["id"], "day": self.random.choice(DAYS),
                "outcome": self.random.choice(("met", "not_home")),
                "volunteers": (person["id"],) if person and self.random.random() < 0.5 else (),
            }  # fmt: skip
            self.ledgers[at].write(rows_command(Visit, [row]))

    def edit_visit(self, at: int) -> None:
        visit = self.pick(at, Visit)
        if visit:
            values = {"outcome": "refused", "note": self.random.choice(WORDS)}
            self.write(at, lambda tx: tx.change(Visit, {visit["id"]: values}))

    def remove_visit(self, at: int) -> None:
        visit = self.pick(at, Visit)
        if visit:
            self.write(at, lambda tx: tx.remove(Visit, [visit["id"]]))

    def add_person(self, at: int) -> None:
        community, building, _ = self.place(at)
        name = self.random.choice(("张三", "李四", "王五"))
        if self.random.random() < 0.3:
            self.ledgers[at].write(rows_command(Staff, [{"id": new_id(), "name": name}]))
            return
        row = {
            "id": new_id(), "community": community, "name": name, "role": "household_leader",
            "phone": self.random.choice(("13800000001", "13800000002", None)), "building": building,
            "imported": {"building": building.hex()} if self.random.random() < 0.7 else None,
        }  # fmt: skip
        self.ledgers[at].write(rows_command(Volunteer, [row]))

    def edit_person(self, at: int) -> None:
        person, home = self.pick(at, Volunteer), self.pick(at, Household)
        if person:
            values: dict[str, Any] = {"note": self.random.choice(WORDS)}
            if home and self.random.random() < 0.5:
                values["homes"] = (home["id"],)
            self.write(at, lambda tx: tx.change(Volunteer, {person["id"]: values}))

    def remove_person(self, at: int) -> None:
        person = self.pick(at, Volunteer)
        if person is None:
            return

        def run(tx: Tx) -> None:
            named = select(Attendance.id).where(Attendance.volunteer == person["id"])
            tx.remove(Attendance, list(tx.connection.execute(named).scalars()))
            for record in (VolunteerTerm, PointEntry, PointDecision, Reward, Review):
                table = table_of(record)
                mine = select(table.c.id).where(table.c.volunteer == person["id"])
                tx.remove(record, list(tx.connection.execute(mine).scalars()))
            tx.remove(Volunteer, [person["id"]])

        self.write(at, run)

    def train(self, at: int) -> None:
        person = self.pick(at, Volunteer)
        training = {
            "id": new_id(), "topic": self.random.choice(("反诈", "消防")), "kind": "course",
            "day": self.random.choice(DAYS), "start": 540, "place": "会议室",
        }  # fmt: skip

        def run(tx: Tx) -> None:
            tx.add(Training, [training])
            if person:
                row = {
                    "id": new_id(), "training": training["id"], "volunteer": person["id"],
                    "name": person["name"], "status": self.random.choice(("present", "leave")),
                }  # fmt: skip
                tx.add(Attendance, [row])

        self.write(at, run)

    def put_on_record(self, at: int) -> None:
        """Write an earlier role, points by hand, a decision, a reward, money or a grade of somebody."""
        person, visit = self.pick(at, Volunteer), self.pick(at, Visit)
        if person is None:
            return
        of = {"id": new_id(), "volunteer": person["id"]}
        day, kind = self.random.choice(DAYS), self.random.randrange(6)
        if kind == 0:
            place = {"community": person["community"], "role": "volunteer", "since": DAYS[0]}
            self.add(at, VolunteerTerm, {**of, **place, "until": day})
        elif kind == 1:
            source = {"entity": "visit", "record": visit["id"]} if visit else {}
            self.add(
                at,
                PointEntry,
                {**of, "item": "help", "day": day, "times": 1, "reason": "登记", **source},
            )
        elif kind == 2 and visit:
            claim = claim_key("visit", visit["id"])
            said = {"month": "2026-03", "kind": "crowd", "claims": (claim,), "reason": "核对"}
            left = (claim,) if self.random.random() < 0.5 else ()
            self.add(at, PointDecision, {**of, **said, "left_out": left, "decided": day})
        elif kind == 3:
            given = {"day": day, "matter": "报告", "happened": DAYS[0], "reason": "好"}
            source = {"entity": "visit", "source": visit["id"]} if visit else {}
            self.add(
                at, Reward, {**of, **given, **source, "amount": self.random.choice((5000, 9000))}
            )
        elif kind == 4:
            row = {"id": new_id(), "day": day, "amount": 100_000, "origin": "街道"}
            self.add(at, RewardDeposit, row)
        else:
            grade = {"start": date(2026, 3, 1), "grade": self.random.choice(("good", "poor"))}
            self.add(at, Review, {**of, **grade, "reason": "走访"})

    def add(self, at: int, record: type[Record], row: dict[str, Any]) -> None:
        """Write a row at a site."""
        self.ledgers[at].write(rows_command(record, [row]))

    def edit_on_record(self, at: int) -> None:
        """Change or take out what was put on record."""
        field: dict[type[Record], str] = {
            VolunteerTerm: "role", PointEntry: "reason", PointDecision: "reason", Reward: "reason",
            RewardDeposit: "note", Review: "reason",
        }  # fmt: skip
        record = self.random.choice([*field])
        row = self.pick(at, record)
        if row and self.random.random() < 0.3:
            self.write(at, lambda tx: tx.remove(record, [row["id"]]))
        elif row:
            value = self.random.choice(WORDS[:3])
            self.write(at, lambda tx: tx.change(record, {row["id"]: {field[record]: value}}))

    def print_list(self, at: int) -> None:
        """Print a sign-in sheet, which stays at its site."""
        training = self.pick(at, Training)
        if training:
            self.ledgers[at].write(print_sheet(training["id"], (), 5))

    def undo(self, at: int) -> None:
        with self.ledgers[at].read() as connection:
            mine = [e.no for e in history(connection, 6) if e.changes and e.action == "测试"]
        if mine:
            self.ledgers[at].undo(self.random.choice(mine))

    def undecide(self, at: int) -> None:
        """Take any decision back, or what took one back; where there is one."""
        for ledger in (*self.ledgers[at:], *self.ledgers[:at]):
            with ledger.read() as connection:
                known = {e.no: e for e in history(connection, 1000)}
                undoes = dict(connection.execute(select(CommandRow.no, CommandRow.undoes)).all())
            decided = {no for no, e in known.items() if e.action == DECIDED}
            decided |= {no for no, target in undoes.items() if target in decided}
            standing = sorted(no for no in decided if not known[no].undone)
            if standing:
                ledger.undo(self.random.choice(standing))
                return

    def decide(self, at: int) -> None:
        """Decide something, where there is something to decide."""
        for ledger in (*self.ledgers[at:], *self.ledgers[:at]):
            with ledger.read() as connection:
                waiting = open_conflicts(connection)
            if waiting:
                self.choose(ledger, self.random.choice(waiting))
                return

    def choose(self, ledger: Ledger, conflict: Conflict) -> None:
        """Take a side on all that differs in one record."""
        choices = []
        for difference in conflict.differences:
            value = self.random.choice(difference.sides).value
            if difference.field == "*":
                value = self.random.random() < 0.7
            choices.append(Choice(conflict.entity, conflict.record, difference.field, value))
        ledger.write(decide(choices))

    def turn_clock(self, at: int) -> None:
        clock = self.ledgers[at].clock
        assert isinstance(clock, HandClock)
        days = self.random.choice((0.01, 0.2, 1, 30, -0.2, -30, 1100, -1100))
        clock.move(timedelta(days=days))

    def pack(self, at: int) -> None:
        """Make a package from what the sender was told last; it may never arrive."""
        to = self.random.randrange(len(self.ledgers))
        if to != at:
            parcel = parcel_for(self.ledgers[at], self.told.get((at, to), {}))
            self.bag.append((to, parcel))

    def meet(self, at: int) -> None:
        """Let two sites tell one another all they know."""
        other = self.random.randrange(len(self.ledgers))
        for sender, to in ((at, other), (other, at)):
            if at != other:
                bring(self.ledgers[sender], self.ledgers[to])
                self.told[sender, to] = known_to(self.ledgers[to])

    def deliver(self, at: int) -> None:
        """Let any package made so far arrive, for the first time or again."""
        del at
        if not self.bag:
            return
        at = self.random.randrange(len(self.bag))
        to, parcel = self.bag[at]
        if self.random.random() < 0.6:
            self.bag.pop(at)
        self.ledgers[to].write(merge(parcel))
        for sender, ledger in enumerate(self.ledgers):
            if ledger.site == parcel.site:
                self.told[sender, to] = known_to(self.ledgers[to])
