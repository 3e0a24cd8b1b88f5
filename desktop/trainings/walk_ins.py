"""名单外: who came without being on the roster, joined to it one by one or several at once."""

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QLineEdit
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.journal import Done
from db.people.lists import VolunteerQuery, VolunteerRow, volunteers
from db.trainings.walk_ins import Likely, WalkIn, join_roster, walk_ins
from desktop.background import Ticket
from desktop.page import Context, Page
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import day_words

FOUND, TYPED_MS, SIDE_WIDTH = 12, 160, 400


def _best(walk_in: WalkIn) -> str:
    if not walk_in.likely:
        return "名册里没有同名的"
    best = walk_in.likely[0]
    more = f"，还有{len(walk_in.likely) - 1}人" if len(walk_in.likely) > 1 else ""
    return f"{best.community} {best.name}{more}"


class WalkInsPage(Page):
    """Every walk-in with who it may be. Enter joins, A joins all that are sure."""

    title: ClassVar[str] = "名单外的人"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "attendance", "training", "volunteer", "community",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "并入右边选中的人"),
        ("A", "有把握的都并入；选了几个就只看这几个"),
        ("→", "到右边另选一个人；也可以打字在名册里找"),
        ("Esc", "回到左边"),
        ("Ctrl+C", "复制选中的行，可以贴进 Excel"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ticket: Ticket | None = None
        self._wanted: Id | None = None
        self._model: RowModel[WalkIn] = RowModel(
            (
                Column("姓名", lambda w: w.name, 6),
                Column("社区", lambda w: w.community, 7),
                Column("培训", lambda w: f"{day_words(w.day, context.today)} {w.topic}", 14),
                Column("可能是", _best, 14),
                Column("", lambda w: "有把握" if _sure(w) else "", 5),
            )
        )
        self._table = _Table(self._model, "名单外的人", "没有名单外的人：来过的人都在名册上")
        self._likely: RowModel[Likely] = RowModel(
            (
                Column("姓名", lambda p: p.name, 5),
                Column("社区", lambda p: p.community, 7),
                Column("", lambda p: p.why, 12),
            )
        )
        self._people = _Table(self._likely, "可能是谁", "名册里没有同名的人，打字另找")
        self._field = QLineEdit()
        self._field.setPlaceholderText("在名册里另找：姓名、拼音、电话")
        self._field.setAccessibleName("在名册里另找")
        self._timer = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._heading = label(pixels=16, wrap=True)
        self._build()
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Put the cursor on a walk-in."""
        self._wanted = what.get("record") or self._wanted

    def refresh(self) -> None:
        """Read all walk-ins and whom they may be."""
        self.context.background.ask(self, walk_ins, self._show)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter joins, A all that are sure; the arrows and Esc go from side to side."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._join_chosen()
        elif key == Qt.Key.Key_A and self._table.hasFocus():
            self._join_sure()
        elif key == Qt.Key.Key_Right and self._table.hasFocus():
            self._people.setFocus()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Left) and not self._table.hasFocus():
            self._field.clear()
            self._table.setFocus()
        elif key == Qt.Key.Key_Down and self._field.hasFocus():
            self._people.setFocus()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        head = row(gap=10)
        head.addWidget(
            label("来参加培训、名单上没有的人。并入名册后算本人参训", tone="second", wrap=True), 1
        )
        self._sure = button("有把握的都并入　A", self._join_sure)
        head.addWidget(self._sure)
        left = panel()
        column(left, (6, 6, 6, 6)).addWidget(self._table)
        self._side = right = panel()
        right.setFixedWidth(self.context.theme.px(SIDE_WIDTH))
        inside = column(right, (14, 12, 14, 12), 8)
        inside.addWidget(self._heading)
        inside.addWidget(self._field)
        inside.addWidget(self._people, 1)
        foot = row()
        foot.addStretch()
        foot.addWidget(button("并入这个人　Enter", self._join_chosen, kind="main"))
        inside.addLayout(foot)
        body = row(gap=16)
        body.addWidget(left, 1)
        body.addWidget(right)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(head)
        outer.addLayout(body, 1)
        self._table.selectionModel().currentRowChanged.connect(lambda at, _: self._moved(at.row()))
        self._people.doubleClicked.connect(lambda _: self._join_chosen())
        self._field.textChanged.connect(lambda _: self._timer.start())
        self._timer.timeout.connect(self._search)

    def _show(self, found: list[WalkIn]) -> None:
        at = self._table.currentIndex().row()
        self._model.show_rows(found)
        sure = sum(map(_sure, found))
        self.about.emit(f"{len(found)}人，有把握的{sure}人" if found else "没有名单外的人")
        place = next((n for n, w in enumerate(found) if w.id == self._wanted), None)
        self._wanted = None
        if found:
            self._table.selectRow(place if place is not None else min(max(at, 0), len(found) - 1))
        else:
            self._moved(-1)
        # Where nobody is to be joined there is nobody to look for.
        self._side.setVisible(bool(found))
        self._sure.setEnabled(sure > 0)

    def _moved(self, at: int) -> None:
        self._field.clear()
        walk_in = self._model.rows[at] if 0 <= at < len(self._model.rows) else None
        self._heading.setText(f"{walk_in.name} 是谁" if walk_in is not None else "")
        self._offer(walk_in.likely if walk_in is not None else ())

    def _offer(self, people: tuple[Likely, ...]) -> None:
        self._likely.show_rows(people)
        if people:
            self._people.selectRow(0)

    def _search(self) -> None:
        text, at = self._field.text().strip(), self._table.currentIndex().row()
        if not text:
            if 0 <= at < len(self._model.rows):
                self._offer(self._model.rows[at].likely)
            return
        if self._ticket is not None:
            self._ticket.stop()

        def question(connection: Connection) -> list[VolunteerRow]:
            return volunteers(connection, VolunteerQuery(text=text), 0, FOUND)

        self._ticket = self.context.background.ask(
            self,
            question,
            lambda found: self._offer(
                tuple(
                    Likely(v.id, v.name, v.community_name, f"{v.role_name} {v.place}", sure=False)
                    for v in found
                )
            ),
        )

    def _join_chosen(self) -> None:
        at, of = self._table.currentIndex().row(), self._people.currentIndex().row()
        if 0 <= at < len(self._model.rows) and 0 <= of < len(self._likely.rows):
            walk_in, person = self._model.rows[at], self._likely.rows[of]
            self._join([(walk_in.id, person.volunteer)], f"{walk_in.name} {person.community}")

    def _join_sure(self) -> None:
        """Join those marked, or where only one is, all of them, as far as they are sure."""
        marked = {index.row() for index in self._table.selectionModel().selectedRows()}
        rows = self._model.rows
        wanted = [rows[at] for at in sorted(marked)] if len(marked) > 1 else rows
        pairs = [(w.id, w.likely[0].volunteer) for w in wanted if _sure(w)]
        if pairs:
            self._join(pairs, "")
        else:
            self.said.emit("没有有把握的：同名的不止一个，或名册里没有")

    def _join(self, pairs: list[tuple[Id, Id]], note: str) -> None:
        if not self.context.may_write(self.said):
            return

        def told(done: Done[int]) -> None:
            self.said.emit(f"{done.value}人并入名册　　Ctrl+Z 撤销")
            self._table.setFocus()

        self.context.background.write(self, join_roster(pairs, note), told)


class _Table(RowTable):
    """Leaves → and ← to the page."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            event.ignore()
        else:
            super().keyPressEvent(event)


def _sure(walk_in: WalkIn) -> bool:
    return bool(walk_in.likely) and walk_in.likely[0].sure
