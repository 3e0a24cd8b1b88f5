"""打包: for whom, where to, Enter; then what went in, and that the stick can be taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QWidget

from db import exchanging
from db.exchange import sites
from db.exchange.sites import PeerLine
from db.exchanging import Packed
from db.kernel.access import Right
from db.kernel.errors import PolicepostError
from db.kernel.ids import Id
from db.places import CommunityLine, communities
from desktop.background import Progress
from desktop.errors import tell
from desktop.exchange.sticks import sticks
from desktop.exchange.words import arrived_words
from desktop.exchange.working import Working
from desktop.page import Context, Page
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.parts import button, choose, column, fill, label, panel, row, set_tone
from desktop.widgets.start import Start

WIDTH = 760


class _Found(NamedTuple):
    """What the page asks for: whom a package can be for, and where it can be put."""

    peers: list[PeerLine]
    communities: list[CommunityLine]
    sticks: list[Path]


class PackingPage(Page):
    """A package with everything a site does not have yet, in three steps by keyboard."""

    title: ClassVar[str] = "打包"
    watches: ClassVar[frozenset[str]] = frozenset(("peer", "site_seen", "community"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "下一步；到“打包”上就打包"),
        ("数字", "选第几个单位、第几个地方"),
        ("Ctrl+O", "换一个文件夹"),
        ("Esc", "停下"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._peers: Sequence[PeerLine] = ()
        self._packing: PeerLine | None = None
        self._communities: Mapping[Id, str] = {}
        self._opened = True
        self._to, self._where = ChoiceBox("给谁"), ChoiceBox("放到哪里")
        self._about_peer = label(tone="second", wrap=True)
        self._about_place = label(tone="second", wrap=True)
        self._pack = button("打包　Enter", self.pack, kind="main")
        self._working = Working()
        self._working.stopped.connect(self._stopped)
        self._told, self._inside = label(pixels=16, wrap=True), label(wrap=True)
        self._out = label(tone="done", wrap=True)
        self._result = self._result_panel()
        self._start = Start(
            "还没有配对的单位",
            "先和对方（另一台电脑、警务室、派出所）交换名片、核对指纹，才能给它打包。",
            (("去配对", lambda: context.routes.go("data", tab="pairing")),),
        )
        self._steps = self._steps_panel()
        layout = column(self, (20, 12, 20, 14), 12)
        for one in (self._start, self._steps, self._working, self._result):
            layout.addWidget(one)
        layout.addStretch()
        for one in (self._start, self._result):
            one.hide()
        self._to.currentIndexChanged.connect(lambda _: self._tell_peer())
        self._to.finished.connect(self._where.setFocus)
        self._where.finished.connect(self._pack.setFocus)
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._working.stop)
        self.setFocusProxy(self._to)

    def open(self, what: Mapping[str, Any]) -> None:
        """Look for sticks whenever the page is shown: one may have been plugged in."""
        del what
        self._opened = True
        self.refresh()

    def refresh(self) -> None:
        """Ask for the sites, and for the places a package can go."""
        ledger = self.context.ledger

        def job(_: Progress) -> _Found:
            with ledger.read() as connection:
                return _Found(sites.peers(connection), communities(connection), sticks())

        self.context.background.errand(self, job, self._show)

    def choose_folder(self) -> None:
        """Ask for another folder."""
        name = QFileDialog.getExistingDirectory(self, "放到哪里", self._where.currentData() or "")
        if name:
            self.put_in(Path(name))

    def put_in(self, folder: Path) -> None:
        """Choose a folder, and go on to the last step."""
        entries = [
            (self._where.itemText(n), self._where.itemData(n)) for n in range(self._where.count())
        ]
        if str(folder) not in (value for _, value in entries):
            entries = [(str(folder), str(folder)), *entries]
        fill(self._where, entries)
        choose(self._where, str(folder))
        self._ready()
        self._pack.setFocus()

    def pack(self) -> None:
        """Write the package."""
        peer, folder = self._peer, self._where.currentData()
        if peer is None or not self._pack.isEnabled():
            return
        if not folder:
            self.choose_folder()
            return
        ledger, self._packing = self.context.ledger, peer
        self._result.hide()
        self._set_ready(ready=False)
        ticket = self.context.background.errand(
            self,
            lambda progress: exchanging.pack(ledger, peer, Path(folder), progress),
            self._packed,
            self._failed,
        )
        self._working.follow(ticket, "正在收集对方还没有的内容……")
        self._working.setFocus()

    @property
    def _peer(self) -> PeerLine | None:
        return next((one for one in self._peers if one.id == self._to.currentData()), None)

    def _steps_panel(self) -> QFrame:
        frame = panel()
        frame.setMaximumWidth(self.context.theme.px(WIDTH))
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for at, (name, box, about) in enumerate(
            (
                ("1　给谁", self._to, self._about_peer),
                ("2　放到哪里", self._where, self._about_place),
            )
        ):
            grid.addWidget(label(name, 14), 2 * at, 0)
            grid.addWidget(box, 2 * at, 1)
            grid.addWidget(about, 2 * at + 1, 1)
        grid.addWidget(label("3　打包", 14), 4, 0)
        other = button("换一个文件夹　Ctrl+O", self.choose_folder)
        other.setShortcut("Ctrl+O")
        line = row(gap=10)
        line.addWidget(self._pack)
        line.addWidget(other)
        line.addStretch()
        grid.addLayout(line, 4, 1)
        layout = column(frame, (20, 18, 20, 18), 14)
        layout.addLayout(grid)
        layout.addWidget(
            label(
                "包里是对方还没有的全部内容，只有对方能打开，丢了也没有人看得到。"
                "包丢了、没拷成，再打一个就行，下一个包里还有。",
                12,
                "second",
                wrap=True,
            )
        )
        return frame

    def _result_panel(self) -> QFrame:
        frame = panel()
        frame.setMaximumWidth(self.context.theme.px(WIDTH))
        layout = column(frame, (20, 16, 20, 16), 6)
        for one in (self._told, self._inside, self._out):
            layout.addWidget(one)
        return frame

    def _show(self, found: _Found) -> None:
        self._peers = found.peers
        self._communities = {place.id: place.name for place in found.communities}
        fill(self._to, [(one.name, one.id) for one in found.peers])
        last = self.context.settings.looks.stick
        places = [Path(last)] if last and Path(last).is_dir() else []
        places += [one for one in found.sticks if one not in places]
        fill(self._where, [(str(one), str(one)) for one in places])
        self._start.setVisible(not found.peers)
        self._steps.setVisible(bool(found.peers))
        count = len(found.peers)
        self.about.emit(f"{count}个配对的单位" if count else "还没有配对的单位")
        self._tell_peer()
        self._ready()
        first: QWidget = self._start
        if count:
            first = self._to if count > 1 else self._pack if places else self._where
        self.setFocusProxy(first)
        if self._opened and self._working.isHidden() and self.isVisible():
            first.setFocus()
        self._opened = False

    def _ready(self) -> None:
        """Say what is missing, and let a package be made."""
        place = self._where.currentData()
        self._about_place.setText(
            "没有看到能写入的优盘。插好（写保护要关掉）以后按 F5，或按 Ctrl+O 选文件夹"
        )
        self._about_place.setVisible(not place)
        if self._working.isHidden():
            self._set_ready(ready=True)

    def _tell_peer(self) -> None:
        peer = self._peer
        if peer is None:
            return
        words = [arrived_words(peer)]
        if peer.waiting:
            words.append(f"还有{peer.waiting}条没到")
        if peer.communities:
            names = "、".join(self._communities.get(one, "") for one in peer.communities)
            words.append(f"只带{names}")
        self._about_peer.setText("；".join(words))

    def _packed(self, made: Packed) -> None:
        folder = str(made.path.parent)
        self._say(f"已给“{made.peer}”打好包", made.path.name, "")
        things = f"{made.commands}步操作，{made.changes}处改动"
        self._inside.setText(
            f"{made.path.name}\n里面是{things}"
            + (f"，{made.contents}个附件" if made.contents else "")
            + (f"\n{made.still_to_come}" if made.still_to_come else "")
        )
        self._out.setText("写进去的已读回核对，一个字节不差。可以安全弹出优盘了。")
        looks = self.context.settings.looks
        if looks.stick != folder:
            self.context.settings.keep(replace(looks, stick=folder))
        self.said.emit(f"已给“{made.peer}”打好包，可以拔优盘了")
        self.refresh()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, PolicepostError):
            self._say(str(error), "", "late")
        else:
            self._say("没有打包。", "", "late")
            tell(self, error)

    def _stopped(self) -> None:
        """Say how it went once it is over: a package that was being written may have been finished."""
        before, ledger = self._packing, self.context.ledger
        self._say("正在停下……", "", "")
        self._set_ready(ready=False)

        def job(_: Progress) -> bool:
            with ledger.read() as connection:
                now = {one.id: one.packed for one in sites.peers(connection)}
            return before is not None and now.get(before.id, before.packed) > before.packed

        def then(written: bool) -> None:  # noqa: FBT001  what the job answers
            late = "停晚了，包已经打好，在选的文件夹里：带给对方也行，删掉也行，不影响台账"
            self._say(late if written else "已停下，没有打包", "", "")

        # Errands go one after the other: this one begins when the one that was stopped has ended.
        self.context.background.errand(self, job, then, self._failed)

    def _say(self, heading: str, inside: str, tone: Any) -> None:
        self._working.done()
        self._told.setText(heading)
        set_tone(self._told, tone)
        self._inside.setText(inside)
        self._out.setText("")
        self._result.show()
        self._set_ready(ready=True)
        self._to.setFocus()

    def _set_ready(self, *, ready: bool) -> None:
        self._to.setEnabled(ready)
        self._where.setEnabled(ready)
        self._pack.setEnabled(ready and self.context.may(Right.EXCHANGE))
