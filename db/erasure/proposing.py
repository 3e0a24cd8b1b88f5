"""Erasure takes two: one proposes, another with the right confirms, and then it is done for good.

Where the post has one account that may write, it confirms alone, with the reason and where the
signed paper lies.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from db.disputes.facts import dispute_facts
from db.erasure import DUE, WHY_NAMES, ErasureProposal
from db.erasure.due import due
from db.erasure.nouns import NOUNS, wanted_of
from db.kernel.access import Right
from db.kernel.accounts import is_alone
from db.kernel.erasing import By, Taken, Wanted, erase, texts_in_rows
from db.kernel.erasure import WHOLE
from db.kernel.errors import UserError
from db.kernel.ids import Id, id_from_text, id_text, new_id
from db.kernel.journal import Command, Tx, chunks, record_class, table_of
from db.kernel.text import bad_characters, has_identity_number, tidy
from db.people import Volunteer

MOST_NOTE: Final = 200
# So many records at most are erased by one command; a rule's first night may find more.
MOST_AT_ONCE: Final = 5000


def propose_erasure(
    entity: str, records: Sequence[Id], why: str = DUE, note: str | None = None
) -> Command[Id]:
    """Return the command that proposes records of a noun for erasure.

    UserError for a record that is gone, waits already or is still needed: a person in service, a
    dispute without a conclusion; and for one that is not due, where that is the reason given.
    """

    def run(tx: Tx) -> Id:
        said = _fit(note)
        wanted = list(dict.fromkeys(records))
        if entity not in NOUNS or why not in WHY_NAMES or not wanted:
            raise UserError("没有选要清除的内容，没有提出。")
        if len(wanted) > MOST_AT_ONCE:
            raise UserError(f"一次最多提出{MOST_AT_ONCE}条，没有提出。")
        waiting = {
            text
            for texts in tx.connection.execute(select(ErasureProposal.records)).scalars()
            for text in texts
        }
        if any(id_text(id_) in waiting for id_ in wanted):
            raise UserError("里面有已经提出、正等核准的，没有重复提出。")
        if why == DUE:
            if set(wanted) - _due_ids(tx, entity):
                raise UserError("里面有还没有到期的，没有提出。请刷新后再提。")
        else:
            _refuse_if_needed(tx, entity, wanted)
        if said is not None:
            for one in wanted_of(tx.connection, entity, wanted):
                _refuse_naming(said, texts_in_rows(tx, one))
        made = new_id()
        row = {"entity": entity, "records": tuple(map(id_text, wanted)), "why": why, "note": said}
        tx.add(ErasureProposal, [{"id": made, **row, "account": tx.account, "proposed": tx.today}])
        return made

    noun = NOUNS.get(entity)
    told = f"{noun.word}{len(records)}{noun.measure}" if noun else ""
    return Command("提出清除", Right.WRITE, run, note=told)


def withdraw_erasure(proposal: Id) -> Command[None]:
    """Return the command that takes a proposal back, or refuses it."""

    def run(tx: Tx) -> None:
        _proposal(tx.connection, proposal)
        tx.remove(ErasureProposal, [proposal])

    return Command("退回清除", Right.WRITE, run)


def confirm_erasure(proposal: Id, paper: str | None = None) -> Command[Taken]:
    """Return the command that erases what somebody else proposed; it cannot be undone.

    What is not due any more by then stays. `paper` says, for a post whose only account confirms
    alone, why and where the signed paper lies. UserError where it takes a second person, and where
    `paper` or the proposal's note holds what is to be erased. `db.erasing.erase` gives it.
    """

    def run(tx: Tx) -> Taken:
        row = _proposal(tx.connection, proposal)
        if not by_two(tx, row.account) and _fit(paper) is None:
            raise UserError("只有一个账号，请写明原因和签字的纸质单放在哪里。没有清除。")
        ids = {id_from_text(text) for text in row.records}
        if row.why == DUE:
            ids &= _due_ids(tx, row.entity)
        if not ids:
            raise UserError("提出的这些现在都不用清除了，请退回。没有清除。")
        by = By(row.why, row.account, tx.account)
        taken = erase(tx, wanted_of(tx.connection, row.entity, ids), by)
        _refuse_naming(paper, taken.texts)
        # The note may tell of the person too; who proposed it and why stays with each erasure.
        erase(tx, [Wanted(ErasureProposal.__tablename__, {proposal}, ("note", WHOLE))], by)
        return taken

    return Command("清除个人信息", Right.ERASE, run, note=tidy(paper or ""))


def by_two(tx: Tx, proposer: Id | None) -> bool:
    """Tell whether this is the second person; UserError if it is the first and there are others."""
    if proposer != tx.account:
        return True
    if not is_alone(tx.connection, tx.account):
        raise UserError("提出和核准要两个人，请换一个账号核准。没有清除。")
    return False


def _proposal(connection: Connection, proposal: Id) -> Any:
    table = table_of(ErasureProposal)
    row = connection.execute(select(table).where(table.c.id == proposal)).first()
    if row is None:
        raise UserError("这一批已经不在了，可能已经核准或退回。什么都没有改动。")
    return row


def _refuse_naming(said: str | None, texts: Collection[str]) -> None:
    """What is written about an erasure stays, so it must not tell what is erased."""
    if said and any(text in said for text in texts):
        raise UserError("说明里写了要清除的姓名、电话或内容，请不要写。什么都没有改动。")


def _due_ids(tx: Tx, entity: str) -> set[Id]:
    return {one.id for one in due(tx.connection, tx.today).get(entity, ())}


def _refuse_if_needed(tx: Tx, entity: str, ids: Sequence[Id]) -> None:
    """What is still worked with stays, whoever asks; the person is told what to do first."""
    connection = tx.connection
    table = table_of(record_class(entity))
    there: set[Id] = set()
    for some in chunks(ids):
        there.update(connection.execute(select(table.c.id).where(table.c.id.in_(some))).scalars())
    if set(ids) - there:
        raise UserError("里面有已经不在台账里的，没有提出。")
    if entity == "volunteer":
        serving = select(Volunteer.id).where(
            Volunteer.id.in_(ids), Volunteer.until.is_(None) | (Volunteer.until >= tx.today)
        )
        if connection.execute(serving).first() is not None:
            raise UserError("还在队伍里的人不能清除，请先登记离任。没有提出。")
    if entity == "dispute":
        for facts in dispute_facts(connection):
            if facts.id in ids and facts.ending_on(tx.today) is None:
                raise UserError("纠纷还没有结论，不能清除。没有提出。")


def _fit(text: str | None) -> str | None:
    said = tidy(text or "") or None
    if said is not None and (
        len(said) > MOST_NOTE or bad_characters(said) or has_identity_number(said)
    ):
        raise UserError(f"说明太长（超过{MOST_NOTE}字），或者有不能保存的内容。什么都没有改动。")
    return said
