"""Sign-in sheets: a head that tells the session, a list of names; or one flat list of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select

from db.imports.cells import CellError, day_in, plain, read, span_in, with_year
from db.imports.headings import normal
from db.imports.known import Known
from db.imports.plan import RowReader, Table, merge_values, remember
from db.imports.reader import Cell
from db.imports.session_heads import read_head
from db.kernel.fields import fields_of
from db.kernel.ids import Id, new_id
from db.kernel.text import squeeze
from db.people import ROLES
from db.trainings import (
    SIGNATURES,
    SIGNED,
    STATUS_NAMES,
    STATUSES,
    Attendance,
    AttendanceDraft,
    Training,
    TrainingDraft,
    attendance_problems,
    training_problems,
    walk_in_key,
)

_HEAD = fields_of(TrainingDraft)
_ATTENDED = ("status", "signed", "reason", "role", "before", "after")
# What a session can do without: where it cannot be read it is named and left out.
_SPARED = ("hours", "pass_mark")
Head = dict[str, Any]


@dataclass
class Session:
    """A session of this import: its stored row, its names, and what was new about it."""

    row: dict[str, Any]
    new: bool
    account: Any
    people: dict[Any, dict[str, Any]] = field(default_factory=dict)
    # Names that were joined to somebody of the roster since, by community and name.
    joined: dict[str, Id] = field(default_factory=dict)
    met: dict[Any, str] = field(default_factory=dict)
    changed: bool = False


class TrainingPlanner:
    """Plans sign-in tables; a session is day, start, topic and place, a person counts once in it.

    A session is known by those as they are now, and as they came in.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.sessions: dict[tuple[Any, ...], Session] = {}
        self._current: Session | None = None
        # Whether anybody signed, where a signature is all that tells who was there; else None.
        self._signed: bool | None = None

    @staticmethod
    def _signatures(reader: RowReader, table: Table) -> bool | None:
        column = table.heading.columns.get("status")
        if column is None or normal(reader.label("status")) not in (*SIGNATURES, SIGNED):
            return None
        return any(column < len(row) and plain(row[column]) for _, row in table.rows)

    def _marked(self, reader: RowReader, row: Sequence[Cell]) -> Sequence[Cell]:
        """The row with a signature read as the mark that it is."""
        column = reader.table.heading.columns.get("status", len(row))
        if self._signed is None or column >= len(row):
            return row
        word = squeeze(plain(row[column]))
        if not word or word in STATUSES or "假" in word:
            return row
        return [STATUS_NAMES["present"] if at == column else cell for at, cell in enumerate(row)]

    @cached_property
    def _stored(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        rows = [
            dict(row)
            for row in self.known.connection.execute(select(Training.__table__)).mappings()
        ]
        now = {_identity(row): row for row in rows}
        return {_identity_imported(row): row for row in rows if row["imported"]} | now

    def start(self, reader: RowReader, table: Table) -> bool:
        """Read the head of a table; tell whether its names can be taken."""
        self._current = None
        self._signed = self._signatures(reader, table)
        if reader.has("topic") and reader.has("day"):
            return True
        cells, stated = read_head(table.above)
        reader.context |= {_HEAD[name].label: cell for name, cell in cells.items()}
        number = table.heading.first + 1
        head = self._head(reader, number, cells)
        if head is None:
            reader.account.count("rejected")
            self._send_back(reader, table.rows)
            return False
        self._current = self._session(reader, head)
        names = len(table.rows)
        if "应到" in stated and stated["应到"] != names:
            reader.account.note(
                f"{table.sheet}：表头写应到{stated['应到']}人，名单上有{names}人，按名单计算"
            )
        return True

    @staticmethod
    def _send_back(reader: RowReader, rows: Sequence[tuple[int, Sequence[Cell]]]) -> None:
        """Send names back whose session was told as rejected just now, with columns to mend it in."""
        reader.context = {_HEAD[name].label: None for name in ("topic", "day")} | reader.context
        told = reader.account.told[-1]
        reader.context.setdefault(told.column, None)
        for number, row in rows:
            reader.send_back(number, row, f"{told.column}：{told.reason}")

    def _head(self, reader: RowReader, number: int, cells: Mapping[str, Cell]) -> Head | None:
        head: Head = {}
        for name, cell in cells.items():
            try:
                head[name] = self._day(reader, cell) if name == "day" else read(_HEAD[name], cell)
            except CellError as error:
                label = _HEAD[name].label
                if name in _SPARED:
                    reader.account.note(f"{label}“{plain(cell)}”看不懂，没有收入")
                    continue
                reader.tell("rejected", number, label, plain(cell), str(error))
                return None
        if "start" not in head and "day" in cells:
            head["start"], head["end"] = span_in(cells["day"])
        head = {n: v for n, v in head.items() if v is not None}
        problem = next(training_problems(TrainingDraft(**head), reader.today), None)
        if problem is not None:
            label = _HEAD[problem.field].label
            value = plain(cells.get(problem.field)) if problem.field in cells else ""
            reader.tell("rejected", number, label, value, problem.reason)
            return None
        return head

    @staticmethod
    def _day(reader: RowReader, cell: Cell) -> date | None:
        year = reader.table.year
        return day_in(with_year(cell, year) if year else cell)

    def _session(self, reader: RowReader, head: Head) -> Session:
        said = head
        if "lecturers" in head:
            # A sheet that names none says nothing of who taught.
            head = {**head, "lecturers": self.known.staff(head["lecturers"], reader.account)}
        key = _identity({"start": None, "place": None, **head})
        stored = self._stored.get(key)
        if stored is not None:
            key = _identity(stored)
        if key in self.sessions:
            return self.sessions[key]
        if stored is None:
            row = {
                "id": new_id(),
                "kind": "course",
                "lecturers": (),
                **dict.fromkeys(("start", "end", "place", "note")),
                **head,
                "imported": remember(head),
            }
            self.known.plan.add(Training, row)
            session = Session(row, new=True, account=reader.account)
        else:
            session = Session(stored, new=False, account=reader.account)
            session.people = self._people(stored["id"])
            session.joined = {
                walk_in: row["volunteer"]
                for row in session.people.values()
                for walk_in in row["walk_ins"] or ()
            }
            fields, remembered = merge_values(
                reader, reader.table.heading.first, stored, stored["imported"], head, said
            )
            session.changed = bool(fields)
            if remembered != (stored["imported"] or {}):
                fields["imported"] = remembered
            if fields:
                self.known.plan.change(Training, stored["id"], fields)
        self.sessions[key] = session
        return session

    def _people(self, training: Id) -> dict[Any, dict[str, Any]]:
        found: dict[Any, dict[str, Any]] = {}
        statement = select(Attendance.__table__).where(Attendance.training == training)
        for row in self.known.connection.execute(statement).mappings():
            key = row["volunteer"] or (row["community"], row["name"])
            found[key] = dict(row)
        return found

    def row(self, reader: RowReader, number: int, row: Sequence[Cell]) -> None:
        """Plan one name; attendance rows are named in the account but not counted."""
        row = self._marked(reader, row)
        values = reader.values(number, row)
        if values is None:
            reader.account.counts["rejected"] -= 1
            return
        session = self._current or self._flat_session(reader, number, row, values)
        if session is None:
            return
        drafted = {n: values[n] for n in AttendanceDraft.__dataclass_fields__ if n in values}
        drafted["status"] = self._status(reader, drafted)
        name = drafted.pop("community", "") or reader.table.community
        draft = AttendanceDraft(**drafted)
        if reader.problem(number, row, attendance_problems(draft)):
            reader.account.counts["rejected"] -= 1
            return
        community = self.known.community(name) if name else None
        given = {n: drafted[n] for n in _ATTENDED if drafted.get(n) is not None}
        self._attend(reader, number, session, community, draft.name, given)

    def _flat_session(
        self, reader: RowReader, number: int, row: Sequence[Cell], values: dict[str, Any]
    ) -> Session | None:
        columns = reader.table.heading.columns
        cells = {
            n: row[columns[n]]
            for n in TrainingDraft.__dataclass_fields__
            if n in columns and columns[n] < len(row) and row[columns[n]] is not None
        }
        head = self._head(reader, number, cells)
        if head is None:
            told = reader.account.told[-1]
            reader.send_back(number, row, told.reason)
            return None
        del values
        return self._session(reader, head)

    def _status(self, reader: RowReader, drafted: dict[str, Any]) -> str:
        """A blank mark is told by the time signed or the reason; without either, absent.

        A list that was signed on paper only does not tell who was there.
        """
        status = drafted.get("status")
        if status:
            return str(status)
        if drafted.get("signed") is not None:
            return "present"
        if "假" in (drafted.get("reason") or ""):
            return "leave"
        if self._signed is not None and not reader.has("signed"):
            return "absent" if self._signed else ""
        return "" if reader.has("status") and self._signed is None else "absent"

    def _attend(
        self,
        reader: RowReader,
        number: int,
        session: Session,
        community: Id | None,
        name: str,
        given: dict[str, Any],
    ) -> None:
        key = self._person(reader, session, community, name)
        if key in session.met:
            where = session.met[key]
            reader.tell("duplicate", number, reader.label("name"), name, f"和{where}是同一个人")
            return
        session.met[key] = f"{reader.table.sheet}第{number}行"
        current = session.people.get(key)
        if current is None:
            volunteer = key if isinstance(key, bytes) else None
            if volunteer is None:
                reader.account.name("名单外人员", name)
            row = {
                "id": new_id(),
                "training": session.row["id"],
                "volunteer": volunteer,
                "name": name,
                "community": community,
                **dict.fromkeys(_ATTENDED),
                **given,
                "imported": remember(given),
            }
            self.known.plan.add(Attendance, row)
            session.people[key] = row
            session.changed = True
            return
        role = given.get("role")
        if current["role"] is None and role and ROLES.get(role) == self._roles.get(key):
            # The roster says so already, as a ledger that went out tells it.
            del given["role"]
        fields, remembered = merge_values(
            reader, number, current, current["imported"], given, given
        )
        session.changed = session.changed or bool(fields)
        if remembered != (current["imported"] or {}):
            fields["imported"] = remembered
        if fields:
            self.known.plan.change(Attendance, current["id"], fields)

    @cached_property
    def _roles(self) -> dict[Any, str]:
        """What each of the roster is, by id."""
        return {row["id"]: row["role"] for rows in self.known.volunteers.values() for row in rows}

    def _person(
        self, reader: RowReader, session: Session, community: Id | None, name: str
    ) -> Id | tuple[Id | None, str]:
        """The volunteer meant: of several namesakes the next one not on the list yet."""
        joined = session.joined.get(walk_in_key(community, name))
        if joined is not None:
            return joined
        alike = self.known.volunteers_called(community, name)
        free = [row["id"] for row in alike if row["id"] not in session.met]
        if len(alike) > 1:
            reader.account.note(f"{name}在名册里有同名的人，按先后对上，请核对")
        if free:
            return free[0]  # type: ignore[no-any-return]
        return alike[0]["id"] if alike else (community, name)

    def finish(self) -> None:
        """Count the sessions, each once."""
        for session in self.sessions.values():
            fate = "added" if session.new else "changed" if session.changed else "unchanged"
            session.account.count(fate)


def _identity(row: Any) -> tuple[Any, ...]:
    return (row["day"], row["start"], squeeze(row["topic"]), squeeze(row["place"] or ""))


def _identity_imported(row: dict[str, Any]) -> tuple[Any, ...]:
    """What the sheet said of a session, whatever a hand changed since."""
    said = {"start": None, "place": None, **row["imported"]}
    return _identity({**said, "day": date.fromisoformat(said["day"])})
