"""A quarter of three sites that work apart, and a book of their edits that knows nothing of the merge.

The book is what the merge desk is held against: a field is to be asked if, and only if, two of its
edits that had not seen one another, and that nobody overwrote knowing them, set different values; and
neither is only what stood there when its site last knew no more than the other: who kept it, or came back to
it, says nothing against who meant to change it.
"""

import random
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from db.disputes import DisputeDraft
from db.disputes.registering import register_dispute
from db.disputes.steps import SessionDraft, hold_session
from db.exchange.deciding import Choice, decide, open_conflicts
from db.exchange.merging import Parcel, merge
from db.kernel.ids import Id
from db.kernel.journal import record_class, table_of
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Community, Household
from db.trainings import TrainingDraft
from db.trainings.sessions import add_training, join_many
from db.visits.recording import VisitEntry, edit_visit, record_visits, remove_visits
from tests.exchange.histories import command
from tests.exchange.sites import HandClock, known_to, parcel_for

# What one site does in a week.
SESSIONS, TOLD, DISPUTES, CORRECTED = 2, 25, 3, 20
LOST, LATE, TWICE = 0.3, 0.3, 0.2
HOURS: Final = (-9, 9)
FIELDS: Final = ("contact", "phone", "note")
Spot = tuple[str, Id, str]


@dataclass
class Book:
    """Every edit of a field: who had seen what, by the order things happened in, and what stood there; no clock."""

    seen: list[set[int]]
    spots: dict[Spot, list[int]] = field(default_factory=dict)
    edits: list[tuple[Any, frozenset[int], Any]] = field(default_factory=list)

    def edit(self, site: int, spot: Spot, value: Any, stood: Any) -> None:
        """A site sets a field to a value, where another stood before the person's eyes."""
        self.spots.setdefault(spot, []).append(len(self.edits))
        self.edits.append((value, frozenset(self.seen[site]), stood))
        self.seen[site].add(len(self.edits) - 1)

    def asked(self, site: int) -> set[Spot]:
        """What a person has to decide, by what a site knows."""
        return {spot for spot in self.spots if len(self._meant(site, spot)) > 1}

    def _meant(self, site: int, spot: Spot) -> set[Any]:
        """The values that stand against each other, by what a site knows."""
        last = self._last(spot, self.seen[site])
        meant = {
            self.edits[n][0]
            for n in last
            if not any(
                self._yields(spot, n, m) for m in last if self.edits[m][0] != self.edits[n][0]
            )
        }
        return meant or {self.edits[n][0] for n in last}

    def _yields(self, spot: Spot, one: int, other: int) -> bool:
        """Whether an edit ended where what its site did apart from the other had begun."""
        line = [n for n in self.spots[spot] if n == one or n in self.edits[one][1]]
        apart = [n for n in line if n not in self.edits[other][1]]
        first = [n for n in apart if not self.edits[n][1] & {*apart}]
        return self.edits[one][0] in {self.edits[n][2] for n in first}

    def _last(self, spot: Spot, seen: Set[int]) -> list[int]:
        """The edits of a field among those seen that none of the others had seen."""
        known = [n for n in self.spots[spot] if n in seen]
        return [n for n in known if not any(n in self.edits[m][1] for m in known)]


class Package(NamedTuple):
    """A package on its way; `knows` and `has` are what its sender had seen when it was made."""

    sender: int
    to: int
    parcel: Parcel
    knows: frozenset[int]
    has: dict[Id, int]


class Quarter:
    """Three sites that know the sample, the packages between them, and the book."""

    def __init__(self, ledgers: list[Ledger], seed: int, visits: int) -> None:
        self.random = random.Random(seed)
        self.ledgers, self.visits, self.count = ledgers, visits, Counter[str]()
        self.book = Book([set() for _ in ledgers])
        self.under_way: list[Package] = []
        # What each site was last told that another has; it may be out of date.
        self.told: dict[tuple[int, int], dict[Id, int]] = {}
        with ledgers[0].read() as connection:
            homes = select(Household.id).where(Household.occupancy == "occupied")
            self.homes = list(connection.execute(homes.order_by(Household.id)).scalars())
            people = select(Volunteer.id, Volunteer.name).where(Volunteer.until.is_(None))
            self.people = connection.execute(people.order_by(Volunteer.id)).all()
            self.communities = list(connection.execute(select(Community.name)).scalars())

    def week(self, monday: date) -> None:
        """Let every site work for a week and send packages; some arrive, the post decides."""
        for at, ledger in enumerate(self.ledgers):
            assert isinstance(ledger.clock, HandClock)
            ledger.clock.move(timedelta(days=7, hours=self.random.randint(*HOURS)))
            self.visit(ledger, monday, at)
            self.train(ledger, monday, at)
            self.settle_disputes(ledger, monday, at)
            self.correct(at, ledger, monday)
        self.send()
        self.arrive()
        self.decide(0)

    def visit(self, ledger: Ledger, monday: date, at: int) -> None:
        """Record visits, many at once and at homes that others visit too; mend a few, drop one."""
        made: list[Id] = []
        for n in range(self.visits // 30):
            day = monday + timedelta(days=n % 5)
            entry = VisitEntry(day, ("met", "not_home")[n % 2], note=f"{at}的第{n}张")
            made += ledger.write(record_visits(self.random.sample(self.homes, 30), entry)).value
        for one in made[:8]:
            # Alike at two sites they would be one visit entered twice.
            ledger.write(edit_visit(one, VisitEntry(monday, "refused", note=f"{at}改过")))
        ledger.write(remove_visits(made[8:9]))
        self.count["visits"] += len(made) - 1

    def train(self, ledger: Ledger, monday: date, at: int) -> None:
        """Hold trainings, with who was there."""
        for n in range(SESSIONS):
            draft = TrainingDraft("反诈", monday + timedelta(days=n), 540, 600, f"会议室{at}")
            session = ledger.write(add_training(draft)).value
            told = self.random.sample(self.people, min(TOLD, len(self.people)))
            ledger.write(join_many(session, sorted({one.name for one in told})))
            self.count["trainings"] += 1

    def settle_disputes(self, ledger: Ledger, monday: date, at: int) -> None:
        """Register disputes and hold a mediation of each."""
        for n in range(DISPUTES):
            draft = DisputeDraft(
                registered=monday, kind="family", side_a=(f"甲{at}{n}",), side_b=(f"乙{at}{n}",),
                brief="噪音", community=self.random.choice(self.communities),
            )  # fmt: skip
            made = ledger.write(register_dispute(draft)).value
            held = SessionDraft(monday + timedelta(days=2), result="continued")
            ledger.write(hold_session(made, held))
            self.count["disputes"] += 1

    def correct(self, at: int, ledger: Ledger, monday: date) -> None:
        """Correct homes and people; half of it from a list that all sites were given."""
        listed = random.Random(monday.toordinal())
        for n in range(CORRECTED):
            chance, own = (listed, "") if n % 2 else (self.random, f"{at}")
            home, name = chance.choice(self.homes[:100]), chance.choice(FIELDS)
            value = f"{monday:%m%d}第{n}次{own}"
            if name == "phone":
                value = f"138{monday:%m%d}{n:02}{own or 9}0"
            stood = standing(ledger, Household, home, name)
            ledger.write(command(lambda tx, h=home, v={name: value}: tx.change(Household, {h: v})))
            self.book.edit(at, ("household", home, name), value, stood)
        person, note = self.random.choice(self.people[:40]), f"{monday:%m%d}在{at}改"
        stood = standing(ledger, Volunteer, person.id, "note")
        ledger.write(command(lambda tx: tx.change(Volunteer, {person.id: {"note": note}})))
        self.book.edit(at, ("volunteer", person.id, "note"), note, stood)
        self.count["edits"] += CORRECTED + 1

    def send(self) -> None:
        """Make a package from each to each: it is lost, arrives now, later, or more than once."""
        for sender, ledger in enumerate(self.ledgers):
            for to in range(len(self.ledgers)):
                if to == sender:
                    continue
                self.count["packages"] += 1
                if self.random.random() < LOST:
                    self.count["packages lost"] += 1
                    continue
                parcel = parcel_for(ledger, self.told.get((sender, to), {}))
                knows = frozenset(self.book.seen[sender])
                made = Package(sender, to, parcel, knows, known_to(ledger))
                self.under_way += [made] * (2 if self.random.random() < TWICE else 1)

    def arrive(self, *, everything: bool = False) -> None:
        """Let packages arrive in any order; what came before is in it again, and changes nothing."""
        self.random.shuffle(self.under_way)
        late = []
        for package in self.under_way:
            if not everything and self.random.random() < LATE:
                late.append(package)
                self.count["packages late by a week"] += 1
                continue
            receiver = self.ledgers[package.to]
            here = known_to(receiver)
            old = all(here.get(site, 0) >= n for site, n in package.parcel.upto.items())
            self.count["packages with nothing new"] += old
            receiver.write(merge(package.parcel))
            self.book.seen[package.to] |= package.knows
            told = self.told.setdefault((package.to, package.sender), {})
            told.update({site: max(n, told.get(site, 0)) for site, n in package.has.items()})
        self.under_way = late

    def decide(self, at: int) -> None:
        """Let the person at a desk decide all that waits: just what the book says was set apart."""
        ledger = self.ledgers[at]
        with ledger.read() as connection:
            waiting = open_conflicts(connection)
        asked = {(c.entity, c.record, d.field): d for c in waiting for d in c.differences}
        assert asked.keys() == self.book.asked(at)
        choices = []
        for spot, difference in sorted(asked.items()):
            value = self.random.choice(difference.sides).value
            choices.append(Choice(*spot, value))
            entity, record, name = spot
            stood = standing(ledger, record_class(entity), record, name)
            self.book.edit(at, spot, value, stood)
        if choices:
            ledger.write(decide(choices))
        self.count["decided"] += len(choices)

    def meet(self) -> None:
        """Let everybody hear everybody, the last decisions included."""
        self.arrive(everything=True)
        for _ in range(2):
            for to, receiver in enumerate(self.ledgers):
                for sender, ledger in enumerate(self.ledgers):
                    if sender != to:
                        receiver.write(merge(parcel_for(ledger, known_to(receiver))))
                        self.book.seen[to] |= self.book.seen[sender]


def standing(ledger: Ledger, record: type[Any], id_: Id, name: str) -> Any:
    """Return what stands in a field of a row."""
    table = table_of(record)
    with ledger.read() as connection:
        return connection.execute(select(table.c[name]).where(table.c.id == id_)).scalar_one()


def rows_of(ledger: Ledger, record: type[Any]) -> int:
    """Return how many rows a table has."""
    with ledger.read() as connection:
        return len(connection.execute(select(table_of(record).c.id)).all())
