"""Dispute ledgers: one row a dispute, its parties and what has come of it."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select

from db.disputes import (
    Conclusion,
    Dispute,
    DisputeDraft,
    DisputeParty,
    FollowUp,
    dispute_problems,
)
from db.disputes.life import facts_of
from db.disputes.lines import dispute_lines
from db.disputes.numbers import number_text, post_code
from db.disputes.registering import paper_number
from db.disputes.words import OPEN, RESULT_NAMES
from db.imports.account import safe_value
from db.imports.cells import readable, shown
from db.imports.known import Known
from db.imports.plan import RowReader, merge_values, remember
from db.imports.reader import Cell
from db.kernel.ids import Id, new_id
from db.kernel.text import telephone

_DRAFTED = tuple(DisputeDraft.__dataclass_fields__)
_BLANK = asdict(DisputeDraft())
_CONCLUDED = ("form", "due", "performance", "destination")
# What only a hand enters of a conclusion.
_BY_HAND = ("performed_on", "matters", "terms", "way", "amount", "copies", "told_ways", "answer",
            "answered_on", "answer_note", "reason")  # fmt: skip
_OWN = ("registered", "source", "kind", "brief", "risk", "mediated", "note")


class DisputePlanner:
    """Plans the rows of dispute tables; a dispute is its paper number and year.

    Where a row has no number it is registration day, kind and both sides, now or as they came in.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.met: dict[Id, int] = {}

    @cached_property
    def _lines(self) -> dict[Id, dict[str, Any]]:
        return dispute_lines(self.known.connection)

    @cached_property
    def _found(self) -> dict[tuple[Any, ...], Id]:
        keys: dict[tuple[Any, ...], Id] = {}
        code = post_code(self.known.connection)
        for id_, line in self._lines.items():
            if line["paper_number"]:
                keys[(line["paper_year"], line["paper_number"])] = id_
            elif line["given_number"]:
                own = number_text(code, line["given_year"], line["given_number"])
                keys[paper_number(own, line["given_year"]) or ()] = id_
        # A row without a number means one without a number, before one that has got its own since;
        # as it is now, before as it came in.
        bare = {id_: line for id_, line in self._lines.items() if not _numbered(line)}
        for lines in (bare, self._lines):
            for likeness in (self._likeness, _likeness_imported):
                for id_, line in lines.items():
                    keys.setdefault(likeness(line), id_)
        return keys

    @staticmethod
    def _likeness(line: dict[str, Any]) -> tuple[Any, ...]:
        return (line["registered"], line["kind"], line["side_a"], line["side_b"])

    def row(self, reader: RowReader, number: int, row: Sequence[Cell]) -> None:
        """Plan one row and account for it."""
        values = reader.values(number, _spared(reader, row))
        if values is None:
            return
        given = {n: values[n] for n in _DRAFTED if n in values}
        if both := given.pop("parties", None):
            given |= _sides(given, both)
        for side in "ab":
            _part_telephone(given, f"side_{side}", f"phone_{side}")
        draft = DisputeDraft(**given)
        if draft.result == OPEN and "result" in given and draft.mediated is None:
            draft = replace(draft, mediated=None)
        if reader.problem(number, row, dispute_problems(draft, reader.today)):
            return
        given = {n: v for n, v in given.items() if v not in (None, "", ())}
        written = dict(given)
        if "mediators" in given:
            # A row that names none takes none away.
            given["mediators"] = self.known.staff(draft.mediators, reader.account)
        named = given.pop("community", None) or reader.table.community
        community = self.known.community(named) if named else None
        if community is not None:
            given["community"] = community
        elif named and "community" in written:
            reader.account.note(f"台账里没有“{named}”，纠纷先不归入社区")
        self._store(reader, number, draft, given, {n: shown_value(v) for n, v in written.items()})

    def _store(
        self,
        reader: RowReader,
        number: int,
        draft: DisputeDraft,
        given: dict[str, Any],
        read: dict[str, Any],
    ) -> None:
        assert draft.registered is not None  # noqa: S101  dispute_problems has seen to it
        paper = paper_number(given.pop("number", None), draft.registered.year)
        line = {**_BLANK, **given}
        key: tuple[Any, ...] = paper or self._likeness(line)
        known = self._found.get(key)
        if known is None:
            line |= {"paper_year": paper[0] if paper else None, "imported": remember(given)}
            line["paper_number"] = paper[1] if paper else None
            known = self._add(line)
            self._found[key] = known
            self._lines[known] = line
            self.met[known] = number
            reader.account.count("added")
            return
        first = self.met.get(known)
        if first is not None:
            reader.duplicate(number, f"和第{first}行是同一件纠纷，以先出现的为准")
            return
        self.met[known] = number
        current = self._lines[known]
        given = self._taken_back(reader, number, known, given)
        fields, remembered = merge_values(reader, number, current, current["imported"], given, read)
        reader.account.count("changed" if fields else "unchanged")
        current |= fields
        if fields.get("result") == OPEN:
            # What is gone with the conclusion is new when a file brings it again.
            remembered = {n: v for n, v in remembered.items() if n not in _CONCLUDED}
        if remembered != (current["imported"] or {}):
            self.known.plan.change(Dispute, known, {"imported": remembered})
            current["imported"] = remembered
        if fields:
            self._change(known, current, fields)

    def _taken_back(
        self, reader: RowReader, number: int, dispute: Id, given: dict[str, Any]
    ) -> dict[str, Any]:
        """What a row says, without 调解中 where that would undo what was entered by hand."""
        line = self._lines[dispute]
        said = line["imported"] or {}
        if given.get("result") != OPEN or line["result"] == OPEN or said.get("result") == OPEN:
            return given
        if self._as_imported(dispute, line, said):
            return given
        reason = "台账里已经办结，又手工登记过，保留手工的；要改回调解中，请打开这件纠纷删除结论"
        reader.tell("stale", number, reader.label("result"), RESULT_NAMES[OPEN], reason)
        return {name: value for name, value in given.items() if name != "result"}

    def _as_imported(self, dispute: Id, line: dict[str, Any], said: dict[str, Any]) -> bool:
        """Tell whether a conclusion is a file's alone, and nothing rests on it."""
        now = remember({n: line[n] for n in ("result", "mediated", *_CONCLUDED)})
        # Of an agreement with a day, but not kept yet, a file may say nothing more.
        kept = (now.pop("performance") == "done", said.get("performance") == "done")
        if kept[0] != kept[1] or any(said.get(n) != v for n, v in now.items()):
            return False
        asked = select(Conclusion.__table__).where(Conclusion.id == line["conclusion"])
        row = self.known.connection.execute(asked).mappings().one()
        facts = facts_of(self.known.connection, dispute)
        by_hand = any(row[name] is not None for name in _BY_HAND)
        return not (by_hand or facts.follow_ups or facts.closings)

    def _add(self, line: dict[str, Any]) -> Id:
        dispute = new_id()
        self.known.plan.add(
            Dispute,
            {
                "id": dispute,
                **{name: line[name] for name in _OWN},
                "paper_year": line["paper_year"],
                "paper_number": line["paper_number"],
                "community": line["community"],
                "mediators": line["mediators"],
                "imported": line["imported"],
            },
        )
        self._parties(dispute, line)
        self._conclude(dispute, line)
        self._follow_up(dispute, line)
        return dispute

    def _change(self, dispute: Id, line: dict[str, Any], fields: dict[str, Any]) -> None:
        own = {n: fields[n] for n in (*_OWN, "community", "mediators") if n in fields}
        if own:
            self.known.plan.change(Dispute, dispute, own)
        if fields.keys() & {"side_a", "side_b", "phone_a", "phone_b"}:
            self._parties(dispute, line)
        if fields.keys() & {"result", "mediated", "form", "due", "performance", "destination"}:
            self._conclude(dispute, line)
        if fields.keys() & {"followed_up", "follow_up_result"}:
            self._follow_up(dispute, line)

    def _parties(self, dispute: Id, line: dict[str, Any]) -> None:
        ids = line.setdefault("party_ids", {})
        for side in "AB":
            for place, name in enumerate(line[f"side_{side.lower()}"], 1):
                phone = line[f"phone_{side.lower()}"]
                values = {"name": name} if place > 1 else {"name": name, "phone": phone}
                if (side, place) in ids:
                    self.known.plan.change(DisputeParty, ids[(side, place)], values)
                    continue
                ids[(side, place)] = new_id()
                row = {"id": ids[(side, place)], "dispute": dispute, "side": side, "place": place}
                self.known.plan.add(DisputeParty, {**row, **values})

    def _conclude(self, dispute: Id, line: dict[str, Any]) -> None:
        if line["result"] == OPEN:
            if "conclusion" in line:
                self.known.plan.remove(Conclusion, line.pop("conclusion"))
            return
        settled = line["result"] == "settled"
        values = {
            "day": line["mediated"],
            "outcome": line["result"],
            "form": line["form"],
            "due": line["due"] if settled else None,
            "performed": settled and line["performance"] == "done",
            "destination": line["destination"],
        }
        if "conclusion" in line:
            self.known.plan.change(Conclusion, line["conclusion"], values)
        else:
            line["conclusion"] = new_id()
            row = {"id": line["conclusion"], "dispute": dispute, "performed_on": None, **values}
            self.known.plan.add(Conclusion, row)

    def _follow_up(self, dispute: Id, line: dict[str, Any]) -> None:
        if line["followed_up"] is None:
            return
        values = {"day": line["followed_up"], "result": line["follow_up_result"]}
        if "follow_up" in line:
            self.known.plan.change(FollowUp, line["follow_up"], values)
        else:
            line["follow_up"] = new_id()
            row = {"id": line["follow_up"], "dispute": dispute, **values}
            self.known.plan.add(FollowUp, row)


def _spared(reader: RowReader, row: Sequence[Cell]) -> Sequence[Cell]:
    """The row without a source or a risk in a word nobody knows: a dispute can do without it."""
    heading = reader.table.heading
    for name in ("source", "risk"):
        column = heading.columns.get(name, len(row))
        if column < len(row) and not readable(heading.kind.fields[name], row[column]):
            label, word = reader.label(name), safe_value(row[column])
            reader.account.note(f"{label}“{word}”不认识，这样的行{label}空着，可以在纠纷里补")
            row = [None if at == column else cell for at, cell in enumerate(row)]
    return row


def _numbered(line: dict[str, Any]) -> bool:
    return bool(line["paper_number"] or line["given_number"])


def _likeness_imported(line: dict[str, Any]) -> tuple[Any, ...]:
    """What a row without a number said of its dispute, whatever a hand changed since."""
    said = line["imported"] or {}
    day = said.get("registered")
    sides = (tuple(said.get(side, ())) for side in ("side_a", "side_b"))
    return (date.fromisoformat(day) if day else None, said.get("kind", _BLANK["kind"]), *sides)


def _sides(given: dict[str, Any], both: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Who of a column 当事人 stands on which side; where one has its own column, the rest the other."""
    sides = {side: given[side] for side in ("side_a", "side_b") if given.get(side)}
    if not sides:
        return {"side_a": both[:1], "side_b": both[1:]}
    met = {name for names in sides.values() for name in names}
    rest = tuple(name for name in both if name not in met)
    return {"side_a": rest, "side_b": rest} | sides


def _part_telephone(given: dict[str, Any], side: str, phone: str) -> None:
    """Take a telephone out of the names of a side, as a column 申请人及电话 has both."""
    numbers = [found for name in given.get(side, ()) if (found := telephone(name))]
    if numbers:
        given[side] = tuple(name for name in given[side] if not telephone(name))
        given.setdefault(phone, numbers[0])


def shown_value(value: Any) -> str:
    """Return a value as the account of an import names it."""
    return "、".join(value) if isinstance(value, tuple) else shown(value)
