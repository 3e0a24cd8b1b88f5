"""What the window does for an open ledger by itself: rest, daily backup, proof, restore drill.

All of it runs off the window's thread; a person hears of it only where something is wrong.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from db.backup import BackupInfo, list_backups
from db.drilling import Drilled, drill, drill_is_due
from db.kernel import log
from db.kernel.access import Right
from db.kernel.clock import lately
from db.kernel.errors import EnvironmentFault, LedgerDamaged
from db.proving import proof_is_due, prove_tables
from desktop.background import Progress, Stopped
from desktop.errors import tell
from desktop.page import Context

BEGIN_MS: Final = 20_000
REST_MS: Final = 30_000
HOUR_MS: Final = 3_600_000
A_DAY: Final = timedelta(hours=24)
# Less is a clock that is set right by the system.
SET_BACK: Final = timedelta(minutes=10)
ASKED_EVERY: Final = 200


class Care(QObject):
    """Looks after the ledger of a shell as long as that lives. `said` is what a person may like to know."""

    said = Signal(str)

    def __init__(self, context: Context, shell: QWidget) -> None:
        super().__init__(shell)
        self._shell = shell
        self._context = context
        self._changed = self._clock_told = self._log_told = False
        self._latest = context.ledger.clock.now()
        self._begin = self._timer(BEGIN_MS, self.prove, once=True)
        self._rest = self._timer(REST_MS, self.rest, once=True)
        self._hourly = self._timer(HOUR_MS, self.daily, once=False)
        self._begin.start()
        # A session that was killed may have left a long log.
        self._rest.start()
        self._hourly.start()
        context.background.changed.connect(self._written)
        context.background.taken_in.connect(self._written)
        QTimer.singleShot(0, self, self._doubt_the_clock)

    def _doubt_the_clock(self) -> None:
        """Say once that today lies before the last command, or far after it, before anything is dated so."""
        ledger = self._context.ledger
        doubt, ledger.clock_doubt = ledger.clock_doubt, ""
        if doubt:
            tell(self._shell, EnvironmentFault(doubt))

    def rest(self) -> None:
        """Bring the log into the file while nobody types, so that a power cut finds it short.

        One that somebody keeps from it till it is too long is told of once, and tried again.
        """
        ledger = self._context.ledger

        def job(_: Progress) -> str:
            ledger.rest(patient=False)
            return log.too_long(ledger.place.ledger)

        def rested(long: str) -> None:
            if long and not self._log_told:
                tell(self._shell, EnvironmentFault(_kept_from(long)))
            if long:
                self._rest.start()
            self._log_told = bool(long)

        self._context.background.errand(self, job, rested, lambda _: None, lane="writer")

    def daily(self) -> None:
        """Back up a ledger that was changed and whose last backup is a day old."""
        context = self._context
        if not self._changed or not context.may(Right.BACKUP):
            return
        ledger = context.ledger

        def job(_: Progress) -> BackupInfo | None:
            newest = next(iter(list_backups(ledger.place.backups)), None)
            if newest is not None and lately(newest.when, ledger.clock.now(), A_DAY):
                return None
            return ledger.back_up("每天")

        def done(made: BackupInfo | None) -> None:
            if made is not None:
                self._changed = False
                if made.told:
                    self.said.emit(f"今天的备份做好了：{made.path.name}　{made.told}")
                context.background.backed_up.emit()

        context.background.errand(self, job, done)

    def prove(self) -> None:
        """Follow the journal's chain; then, where a month has gone by, prove the tables and a backup."""
        ledger, background = self._context.ledger, self._context.background
        asked = 0

        def go_on() -> None:
            nonlocal asked
            asked += 1
            if asked % ASKED_EVERY == 0 and background.closing:
                raise Stopped

        def job(_: Progress) -> list[str]:
            found = ledger.prove_chain(go_on)
            if found or not proof_is_due(ledger):
                return found
            return prove_tables(ledger, go_on)

        def told(problems: list[str]) -> None:
            if problems:
                tell(self._shell, LedgerDamaged(_damaged(problems[0])))
            else:
                self._drill()

        background.errand(self, job, told)

    def _drill(self) -> None:
        ledger, background = self._context.ledger, self._context.background
        if not self._context.may(Right.BACKUP):
            return

        def step(_: str, __: float) -> None:
            if background.closing:
                raise Stopped

        def told(done: Drilled | None) -> None:
            if done is not None and (done.problem or done.broken):
                words = _bad_backup(done) if done.problem else _broken(done)
                tell(self._shell, LedgerDamaged(words))

        background.errand(
            self, lambda _: drill(ledger, step) if drill_is_due(ledger) else None, told
        )

    def _written(self, _: object) -> None:
        self._changed = True
        self._rest.start()
        self._look_at_the_clock()

    def _look_at_the_clock(self) -> None:
        """Say once that the machine's clock was set back; numbers order what is saved, not clocks."""
        now = self._context.ledger.clock.now()
        if now < self._latest - SET_BACK and not self._clock_told:
            self._clock_told = True
            tell(self._shell, EnvironmentFault(_set_back(self._latest, now)))
        self._latest = max(self._latest, now)

    def _timer(self, milliseconds: int, then: Callable[[], None], *, once: bool) -> QTimer:
        timer = QTimer(self, singleShot=once, interval=milliseconds)
        timer.timeout.connect(then)
        return timer


def _damaged(problem: str) -> str:
    return (
        f"核对台账时发现：{problem}。什么都没有改动。请先不要再登记，到“数据、备份”里先看看最近的备份，"
        "再决定恢复，或者找人查看。"
    )


def _kept_from(long: str) -> str:
    return (
        f"{long}多半是别的程序一直在读这个台账，日志收不进台账文件。登记的都存好了，没有丢什么，"
        "可以接着用，空下来会再收。请关掉别的开着台账的窗口和命令；还是这样，就关上本程序再打开。"
    )


def _set_back(before: datetime, now: datetime) -> str:
    return (
        f"电脑的时间往回走了：刚才是{before:%Y-%m-%d %H:%M}，现在是{now:%Y-%m-%d %H:%M}。"
        "刚才登记的已经存好，先后次序不受影响。请把电脑的日期和时间校准，免得登记的日期不对。"
    )


def _broken(done: Drilled) -> str:
    return (
        f"每月核对发现：{done.broken}。请到“矛盾纠纷”里看看标出来的附件；原件还在就重新加一次，"
        "不在了可以从以前的备份里找回。"
    )


def _bad_backup(done: Drilled) -> str:
    return (
        f"每月的恢复演练没有通过：备份 {done.name} {done.problem}。台账本身没有问题。"
        "请马上另做一份备份，并备份到优盘。"
    )
