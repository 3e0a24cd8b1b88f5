"""合并: a package looked at, taken in, and the merge desk under it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QFrame, QLabel, QWidget

from db import exchanging
from db.exchange.package import ENDING
from db.exchanging import Foreseen, Merged
from db.kernel.access import Right
from db.kernel.errors import PolicepostError
from db.ledger import Ledger
from db.merge_desk import Desk, desk, merged_tables
from desktop.background import Progress
from desktop.errors import tell
from desktop.exchange.desk import DeskView
from desktop.exchange.foreseen import ForeseenPanel, merged_words
from desktop.exchange.sticks import start_folder
from desktop.exchange.working import Working
from desktop.page import Context, Page
from desktop.widgets.drops import FileDrops
from desktop.widgets.parts import button, column, label, panel, row, set_kind

PACKAGES = f"数据包 (*{ENDING})"


class MergingPage(Page):
    """A package in, looked at first, whole or not at all; then what only a person can decide."""

    title: ClassVar[str] = "合并"
    watches: ClassVar[frozenset[str]] = frozenset(("community", "volunteer"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+O", "打开对方的数据包"),
        ("Enter", "合并看过的包；在下面的单子上是保存选好的"),
        ("Esc", "不合并、停下"),
        ("1　2", "用本机的、用对方的；同一个人时留哪一个的登记"),
        ("Ctrl+A", "全选，再按 1 或 2 一起定"),
        ("F3　F4", "全部用后登记的；全部用本机的"),
        ("Backspace", "选中的先不定"),
        ("Delete", "不是同一个人；撤销选中的决定"),
        ("Alt+1—3", "要定的、像同一个人、已定的"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        FileDrops(self).dropped.connect(self._dropped)
        self._file: Path | None = None
        self._next: list[Path] = []
        self._pick = button("打开数据包　Ctrl+O", self.choose, kind="main")
        self._pick.setShortcut("Ctrl+O")
        self._pick.setEnabled(context.may(Right.EXCHANGE))
        self._fault, self._fault_text = _sentence("fault")
        self._last: Merged | None = None
        self._back = button("撤回这次合并", self.take_back)
        self._back.setToolTip("合并以后还没有做别的：回到合并前的那份备份")
        self._done, self._done_text = _sentence("panel", self._back)
        self._foreseen, self._working = ForeseenPanel(), Working()
        self._foreseen.wanted.connect(self.merge)
        self._foreseen.left.connect(self.leave)
        self._working.stopped.connect(self.leave)
        self._begin = self._begin_panel()
        self.desk = DeskView(context)
        self.desk.said.connect(self.said)
        self.desk.wanted.connect(self.refresh)
        self.desk.put_beside(self._pick)
        layout = column(self, (20, 12, 20, 14), 10)
        self._parts: tuple[QWidget, ...] = (self._begin, self._foreseen, self._working)
        for one in (self._fault, self._done, *self._parts):
            layout.addWidget(one)
        layout.addWidget(self.desk, 1)
        self._fault.hide()
        self._done.hide()
        self._show_part(self._begin)
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._escape)
        context.background.changed.connect(lambda _: self._read_if_seen())
        self.setFocusProxy(self._pick)

    def open(self, what: Mapping[str, Any]) -> None:
        """Go to what waits for a decision, if a route asks for it; else the package comes first."""
        if what.get("entity") == "conflict":
            self.desk.turn_to(0)
            self.setFocusProxy(self.desk)
            self.desk.setFocus()
        if self.desk.shown:
            self.refresh()

    def refresh(self) -> None:
        """Ask for what waits at the desk."""

        def found(what: Desk) -> None:
            self.desk.show_desk(what)
            self._show_part(self._part)
            self.about.emit(_waiting_words(what))

        self.context.background.ask(self, desk, found)

    def choose(self) -> None:
        """Ask for packages."""
        start = start_folder(self.context.settings.looks.stick)
        names, _ = QFileDialog.getOpenFileNames(self, "对方的数据包", start, PACKAGES)
        if names:
            self.take([Path(name) for name in names])

    def take(self, files: Sequence[Path]) -> None:
        """Look into packages, one after the other; nothing is written."""
        if not self._working.isHidden():
            self.said.emit("正在看一个包，请等它看完")
            return
        self._fault.hide()
        self._done.hide()
        self._next = list(files)
        self._look_on()

    def _look_on(self) -> None:
        """Look into the first that waits; what was said of those before it stays in sight."""
        self._file = self._next.pop(0)
        file, ledger = self._file, self.context.ledger

        def job(progress: Progress) -> Foreseen:
            progress("正在核验签名、打开数据包……", 0.3)
            return exchanging.look_into(ledger, file)

        ticket = self.context.background.errand(self, job, self._looked, self._failed)
        self._working.follow(ticket, "正在打开数据包……")
        self._show_part(self._working)
        self._working.setFocus()

    def merge(self) -> None:
        """Take the package in, after a backup; from here on nothing stops it half-way."""
        file, ledger = self._file, self.context.ledger
        if file is None or self._foreseen.isHidden():
            return

        def job(progress: Progress) -> tuple[Merged, frozenset[str]]:
            return _merged(ledger, file, progress)

        ticket = self.context.background.errand(
            self, job, lambda answer: self._merged(*answer), self._failed, lane="writer"
        )
        self._working.follow(ticket, "正在核验数据包……", stops=False)
        self._show_part(self._working)

    def take_back(self) -> None:
        """Go to the backup made before the last merge, if nothing followed: putting it back undoes it."""
        last = self._last
        if last is None or last.no is None:
            return
        no, before = last.no, str(last.before)

        def free(_: None) -> None:
            self.context.routes.go("data", tab="backup", look=before)

        self.context.background.ask(
            self, lambda asked: exchanging.refuse_followed(asked, no), free, self._failed
        )

    def leave(self) -> None:
        """Leave the package, of which nothing was written, and go on to the next that waits."""
        self._file = None
        self.said.emit("这个包没有合并，台账没有因它改动")
        if self._next:
            self._look_on()
            return
        self._show_part(self._begin)
        self._pick.setFocus()

    def _dropped(self, paths: list[Path]) -> None:
        if self.context.may(Right.EXCHANGE):
            self.take(paths)

    def _begin_panel(self) -> QFrame:
        frame = panel()
        line = row(frame, (20, 12, 16, 12))
        words = "把对方的数据包拖到这里。先看一遍会带来什么，再合并；合并前自动备份。"
        line.addWidget(label(words, wrap=True))
        return frame

    def _looked(self, seen: Foreseen) -> None:
        self._working.done()
        self._foreseen.show_foreseen(seen)
        self._show_part(self._foreseen)
        self._foreseen.setFocus()

    def _merged(self, done: Merged, tables: frozenset[str]) -> None:
        self._file = None
        self._working.done()
        self._last = done
        may = self.context.may(Right.RESTORE) and self.context.may(Right.BACKUP)
        self._back.setVisible(done.before is not None and may)
        self._done_text.setText(merged_words(done))
        self._done.show()
        self._show_part(self._begin)
        if done.no is not None:
            self.context.background.backed_up.emit()
            self.context.background.taken_in.emit(tables)
        self.said.emit("已合并" if done.no is not None else "没有新内容")
        self.refresh()
        if self._next:
            self._look_on()
        elif done.counts.to_decide:
            self.desk.turn_to(0)
            self.desk.setFocus()
        else:
            self._pick.setFocus()

    def _failed(self, error: Exception) -> None:
        """Say why in place: what is wrong with a package is no accident to stop everything for."""
        self._working.done()
        file, self._file = self._file, None
        self._show_part(self._begin)
        self._pick.setFocus()
        if isinstance(error, PolicepostError):
            said = [self._fault_text.text()] if not self._fault.isHidden() else []
            said.append(f"“{file.name}”：{error}" if file else str(error))
            self._fault_text.setText("\n".join(said))
            self._fault.show()
        else:
            tell(self, error)
        if self._next:
            self._look_on()

    def _show_part(self, part: QWidget) -> None:
        self._part = part
        for one in self._parts:
            one.setVisible(one is part)
        self._pick.setVisible(part is self._begin)
        set_kind(self._pick, "" if self.desk.waits else "main")
        # Where something is to be decided, that has the room.
        self._begin.setVisible(part is self._begin and not self.desk.waits)

    def _escape(self) -> None:
        if not self._working.isHidden():
            self._working.stop()
        elif not self._foreseen.isHidden():
            self.leave()
        else:
            self._fault.hide()
            self._done.hide()

    def _read_if_seen(self) -> None:
        # Undoing what only said that two people are two touches no row, yet it is asked again.
        if self.isVisible():
            self.refresh()


def _waiting_words(found: Desk) -> str:
    said = [f"{len(found.questions)}处等人定"] if found.questions else []
    said += [f"{len(found.people)}对像是同一个人"] if found.people else []
    return "，".join(said) or "没有要定的"


def _merged(ledger: Ledger, file: Path, progress: Progress) -> tuple[Merged, frozenset[str]]:
    done = exchanging.merge_file(ledger, file, progress)
    if done.no is None:
        return done, frozenset()
    with ledger.read() as connection:
        return done, merged_tables(connection, done.no, done.counts.commands)


def _sentence(name: str, *beside: QWidget) -> tuple[QFrame, QLabel]:
    """Return a frame with a line of text in it, and what stands beside it."""
    frame = QFrame()
    frame.setObjectName(name)
    text, line = label(wrap=True), row(frame, (16, 10, 16, 10), 12)
    line.addWidget(text, 1)
    for one in beside:
        line.addWidget(one)
    return frame, text
