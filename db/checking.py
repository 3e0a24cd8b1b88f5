"""The whole ledger proved: its file, the journal's chain, tables against the journal, attachments."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from db.attachments.proving import broken_contents, broken_words
from db.kernel import engine, log, proofs
from db.kernel.cipher import index_words
from db.kernel.errors import UserError
from db.kernel.ids import Id

if TYPE_CHECKING:
    from db.ledger import Ledger

UNPROVED: Final = "日志和数据要等索引重建以后才能核对"

UNEMPTIED: Final = (
    "台账旁边有没收完的日志（ledger.db-wal），放它的地方又不能写入，现在不能检查，什么也没有改动。"
    "请把整个台账文件夹拷到本机硬盘再检查。"
)


class Found(NamedTuple):
    """What is wrong with a ledger, mostly nothing.

    `harm` is what is wrong with file, journal or tables, in sentences; `indexes` are the names of those
    that do not say what their tables say; `attachments` are the names of those whose content is missing or
    does not open. `log` says that the log was longer than it should ever get, which is no harm.
    """

    harm: list[str]
    indexes: list[str]
    attachments: dict[Id, str]
    log: str

    @property
    def sentences(self) -> list[str]:
        """All that is wrong in plain sentences; empty if the ledger is whole."""
        unproved = [*index_words(self.indexes), UNPROVED] if self.indexes else []
        return [*self.harm, *unproved, *broken_words(list(self.attachments.values()))]


def check(ledger: "Ledger", go_on: Callable[[], None] = lambda: None) -> Found:
    """Prove the whole ledger; `go_on` is called at each step of it and may raise to end it.

    UserError if the log cannot be emptied, which must come first: another window is in the way, or
    nothing can be written where the ledger lies.
    """
    harm = [ledger.unrecorded] if ledger.unrecorded else []
    lying, long = ledger.place.read_only, log.too_long(ledger.place.ledger)
    if lying and log.size(ledger.place.ledger):
        raise UserError(UNEMPTIED)
    try:
        faults = engine.faults(ledger.core.readers if lying else ledger.core.writer, emptied=lying)
    except UserError as error:
        raise UserError(f"{error}{long}") from None
    harm += faults.problems
    with ledger.read() as connection:
        # What is read by an index that lacks rows would be called tampered with.
        if not faults.indexes:
            harm += proofs.chain_problems(connection, ledger.core.journal_key, go_on=go_on)
            for record in proofs.record_classes():
                harm += proofs.table_problems(connection, record, go_on)
        key = ledger.core.naming_key
        broken = broken_contents(connection, ledger.place.blobs, key, go_on=go_on)
    return Found(harm, faults.indexes, broken, long)
