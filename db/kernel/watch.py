"""Compares a ledger with what was remembered outside it, and remembers how far it goes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, select

from db.kernel.anchor import NOBODY, Anchor, Mark
from db.kernel.ids import Id
from db.kernel.journal import head
from db.kernel.proofs import chain_problems
from db.kernel.records import CommandRow

FULL_PROOF: Final = timedelta(days=30)


class Watch:
    """What a ledger lacks against its anchor, found when it is opened, and the marks of a session.

    `missing` is a sentence for a person, empty where nothing is missing, or a new life has begun. `mark`
    was read before the ledger was.
    `site` is the copy whose marks are written; it changes where a command gives the copy another.
    `unclean` tells that the last session did not end in order.
    """

    def __init__(self, anchor: Anchor, mark: Mark | None, connection: Connection, site: Id) -> None:
        self._anchor = anchor
        self.site = site
        self._mark = mark
        self.unclean = self._mark is not None and not self._mark.clean
        self.missing = self._compared(connection)
        # A ledger that lacks something lies behind its mark until its first command.
        self._behind = bool(self.missing)

    @property
    def backups(self) -> int:
        """The counter of the last backup that another life of this ledger may have made."""
        return self._mark.backups if self._mark else 0

    def compare_with(self, connection: Connection, number: int, no: int, mac: bytes) -> None:
        """Hold the ledger against the mark of backup `number`, which lies in another folder.

        One that a life before a restore made says nothing.
        """
        if not self.missing and number > self.backups:
            self.missing = _against(connection, no, mac)
            self._behind = bool(self.missing)

    def committed(self, no: int, mac: bytes, *, lasting: bool = False, clean: bool = False) -> None:
        """Remember how far the journal goes now; another process may have gone further meanwhile."""
        there = self._anchor.read()
        before = there if there is not None and there.site == self.site else self._mark
        if before is None or before.site != self.site:
            before = Mark(self.site, 0, b"", backups=before.backups if before else 0)
        if before.no > no and not self._behind:
            return
        self._behind = False
        self._mark = replace(before, no=no, mac=mac, clean=clean, proved=min(before.proved, no))
        self._anchor.keep(self._mark, lasting=lasting)

    def begin_anew(self, connection: Connection, site: Id, backups: int) -> None:
        """Take the ledger as it is for the truth, as after a restore: a mark from nothing.

        Backups up to the counter `backups` are those of another life.
        """
        no, mac = head(connection)
        self.site, self.missing, self._behind = site, "", False
        self._mark = Mark(site, no, mac, backups=backups)
        self._anchor.keep(self._mark, lasting=True)

    def prove(
        self, connection: Connection, key: bytes, today: date, go_on: Callable[[], None]
    ) -> list[str]:
        """Follow the journal's chain from where it was last proved, monthly from its beginning.

        `go_on` is called at each step and may raise to end it. Return what is wrong, in sentences.
        """
        mark = self._mark
        after, since = (mark.proved, mark.proved_on) if mark else (0, date.min)
        # A day in the future was told by a clock that was wrong.
        if not timedelta() <= today - since < FULL_PROOF:
            after, since = 0, today
        no, _ = head(connection)
        problems = chain_problems(connection, key, after=after, go_on=go_on)
        if not problems and self._mark is not None:
            self._mark = replace(self._mark, proved=no, proved_on=since)
            self._anchor.keep(self._mark)
        return problems

    def _compared(self, connection: Connection) -> str:
        mark = self._mark
        if mark is None:
            return ""
        if mark.site == NOBODY:
            return "恢复备份还没有收尾程序就停了：台账多半已经是备份里的那一份，备份以后的操作不在里面。"
        if mark.site != self.site:
            return "台账文件不是这台电脑上次用的那一份，像是被别的台账文件换过。"
        return _against(connection, mark.no, mark.mac)


def _against(connection: Connection, no: int, mac: bytes) -> str:
    last, _ = head(connection)
    if last < no:
        return (
            f"台账比上次用的时候旧，至少少了{no - last}步操作（上次做到第{no}号，现在只到第{last}号）。"
            "多半是 ledger.db-wal 被删掉或坏了，或者台账文件被换成了旧的。"
        )
    there = connection.execute(select(CommandRow.mac).where(CommandRow.no == no)).scalar()
    if no and there != mac:
        return f"第{no}号操作和上次记下的不一样，台账文件像是被换成了另一份，或者被改过。"
    return ""
