"""疑点: what looks wrong before a month is closed, in words; a person decides each, with a reason."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.journal import Done
from db.kernel.workdays import Month
from db.points.claims import source_texts
from db.points.doubts import Doubt, decide
from desktop.page import Context, Page
from desktop.points.seen import month_to_begin_with, see_month
from desktop.unsaved import FormKeeper, Input
from desktop.widgets.months import MonthBox
from desktop.widgets.parts import button, clear, column, label, panel, row
from desktop.widgets.scrolling import scrolling
from desktop.widgets.tables import Column, RowModel, RowTable

PANEL_WIDTH = 400


class DoubtLine(NamedTuple):
    """A doubt with the name of whom it is about, and what its records are called."""

    doubt: Doubt
    name: str
    texts: Mapping[str, str]

    @property
    def state(self) -> str:
        """What was decided, in a word."""
        decision = self.doubt.decision
        if decision is None:
            return "没有核对"
        out = self.doubt.out.union(decision.left_out)
        if not out:
            return "都计"
        return "都不计" if out.issuperset(self.doubt.claims) else "部分不计"


class Doubts(NamedTuple):
    """The doubts of a month; a closed one has none to decide."""

    month: Month
    closed: bool
    lines: tuple[DoubtLine, ...]


COLUMNS: tuple[Column[DoubtLine], ...] = (
    Column("核对", lambda d: d.state, 5, late=lambda d: d.doubt.decision is None),
    Column("姓名", lambda d: d.name, 5),
    Column("疑点", lambda d: d.doubt.kind_name, 7),
    Column("怎么回事", lambda d: d.doubt.text, 26),
    Column("理由", lambda d: d.doubt.decision.reason if d.doubt.decision else "", 12),
    Column("谁", lambda d: d.doubt.decision.who if d.doubt.decision else "", 5),
)


class DoubtsPage(Page):
    """The doubts at the left, the records of the chosen one to be counted or left out at the right."""

    title: ClassVar[str] = "积分疑点"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "point_decision", "point_entry", "point_month", "point_scheme", "visit", "attendance",
            "training", "dispute_session", "volunteer", "account", "community", "dispute_follow_up",
            "point_band", "point_item", "point_proposal", "point_weight", "volunteer_term",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Alt+←　Alt+→", "上个月　下个月"),
        ("1", "都计，写理由"),
        ("2", "都不计，写理由"),
        ("3", "只计第一笔，写理由"),
        ("Enter", "写好理由就保存，到下一条"),
        ("Esc", "回到清单"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._begun = False
        self._months = MonthBox(self, Month.of(context.today))
        self._months.chosen.connect(self._turn)
        self._told = label(tone="second")
        self._model: RowModel[DoubtLine] = RowModel(COLUMNS)
        self._table = RowTable(
            self._model, "积分疑点", "这个月没有疑点。看着不对的记录会列在这里，由人定计不计"
        )
        self._table.selectionModel().currentRowChanged.connect(lambda at, _: self._moved(at.row()))
        self._what, self._marks = label(pixels=14, wrap=True), QWidget()
        self._reason = QLineEdit()
        self._reason.setPlaceholderText("理由，回车保存")
        self._reason.setAccessibleName("理由")
        self._reason.returnPressed.connect(self.save)
        self._save = button("保存", self.save, kind="main")
        self._kept = FormKeeper(context, "积分疑点", self)
        self._boxes: list[QCheckBox] = []
        self._marks_in = column(self._marks, gap=6)
        self._table.has_keys(
            {
                "1": partial(self._mark, slice(None)),
                "2": partial(self._mark, slice(0)),
                "3": partial(self._mark, slice(1)),
                "Return": partial(self._reason.setFocus, Qt.FocusReason.OtherFocusReason),
            }
        )
        self._build()
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Show a month by `month`."""
        if isinstance(what.get("month"), Month):
            self._turn(what["month"])

    def refresh(self) -> None:
        """Look for doubts anew."""
        context = self.context
        account, today = context.ledger.session.account, context.today
        month = self._months.month if self._begun else None

        def question(connection: Connection) -> Doubts:
            wanted = month or month_to_begin_with(connection, today)
            seen = see_month(connection, wanted, account, today)
            names = {line.volunteer: line.name for line in seen.sheet.lines}
            keys = [key for doubt in seen.doubts for key in doubt.claims]
            texts = source_texts(connection, keys)
            lines = [
                DoubtLine(doubt, names.get(doubt.volunteer, ""), texts) for doubt in seen.doubts
            ]
            lines.sort(key=lambda line: line.doubt.decision is not None)
            return Doubts(wanted, seen.sheet.closed is not None, tuple(lines))

        context.background.ask(self, question, self._show)

    def save(self) -> None:
        """Write what was decided of the chosen doubt."""
        line = self._chosen()
        if line is None or not self._save.isEnabled():
            return
        if not self._reason.text().strip():
            self.said.emit("请写明理由")
            self._reason.setFocus()
            return
        left_out = [
            key
            for key, box in zip(line.doubt.claims, self._boxes, strict=True)
            if box.isEnabled() and not box.isChecked()
        ]
        command, at = decide(line.doubt, left_out, self._reason.text()), _key(line)

        def decided(done: Done[Any]) -> None:
            self._kept.forget(at)
            self.said.emit(f"{done.said}　　Ctrl+Z 撤销")

        self.context.background.write(self, command, decided, once=at)
        self._table.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc goes back to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self._table.setFocus()
        else:
            super().keyPressEvent(event)

    def _mark(self, counted: slice) -> None:
        """Tick the records that count; then the reason is typed."""
        which = set(range(len(self._boxes))[counted])
        for at, box in enumerate(self._boxes):
            if box.isEnabled():
                box.setChecked(at in which)
        self._reason.setFocus()

    def _build(self) -> None:
        head = row(gap=12)
        head.addWidget(self._months)
        head.addWidget(self._told, 1)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        inside = QWidget()
        layout = column(inside, (16, 14, 16, 14), 10)
        layout.addWidget(self._what)
        layout.addWidget(label("打勾的计入：", 12, "second"))
        layout.addWidget(self._marks)
        layout.addWidget(self._reason)
        end = row()
        end.addStretch()
        end.addWidget(self._save)
        layout.addLayout(end)
        layout.addStretch()
        self._side = side = panel()
        side.setFixedWidth(self.context.theme.px(PANEL_WIDTH))
        column(side, (1, 1, 1, 1)).addWidget(scrolling(inside))
        body = row(gap=16)
        body.addWidget(frame, 1)
        body.addWidget(side)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(head)
        outer.addLayout(body, 1)

    def _turn(self, month: Month) -> None:
        self._begun = True
        self._months.show_month(month)
        self.refresh()

    def _show(self, seen: Doubts) -> None:
        self._begun = True
        self._months.show_month(seen.month)
        left = sum(line.doubt.decision is None for line in seen.lines)
        said = f"{len(seen.lines)}条，{left}条没有核对" if seen.lines else "没有疑点"
        self._told.setText("已经结账，不能再核对" if seen.closed else said)
        self.about.emit(f"{seen.month.words}　{said}")
        self._model.show_rows(seen.lines)
        self._save.setEnabled(not seen.closed and self.context.may(Right.POINTS))
        if seen.lines:
            self._table.selectRow(0)
        else:
            self._show_doubt(None)
        # Without doubts there is nothing to decide.
        self._side.setVisible(bool(seen.lines))

    def _chosen(self) -> DoubtLine | None:
        at = self._table.currentIndex().row()
        rows: Sequence[DoubtLine] = self._model.rows
        return rows[at] if 0 <= at < len(rows) else None

    def _moved(self, at: int) -> None:
        self._show_doubt(self._model.rows[at] if 0 <= at < len(self._model.rows) else None)

    def _show_doubt(self, line: DoubtLine | None) -> None:
        clear(self._marks_in)
        self._boxes = []
        self._what.setText(f"{line.name}　{line.doubt.text}" if line is not None else "")
        if line is None:
            self._reason.clear()
            self._kept.leave()
            return
        decision = line.doubt.decision
        out = set(decision.left_out) if decision is not None else set()
        for key, named in zip(line.doubt.claims, line.doubt.named, strict=True):
            # What another doubt leaves out is decided there: counted here it would be paid all the same.
            elsewhere = key in line.doubt.out
            said = f"{named}　{line.texts.get(key) or '原记录已删除'}"
            if elsewhere:
                said += "（另一条疑点里已定不计）"
            box = QCheckBox()
            box.setAccessibleName(said)
            box.setChecked(key not in out and not elsewhere)
            box.setEnabled(not elsewhere)
            self._boxes.append(box)
            self._marks_in.addWidget(_marked(box, said))
        self._reason.setText(decision.reason if decision is not None else "")
        inputs: dict[str, Input] = {str(at): box for at, box in enumerate(self._boxes)}
        self._kept.begin(_key(line), {**inputs, "reason": self._reason}, new=False)


def _key(line: DoubtLine) -> str:
    """What is typed of a doubt is kept by the claims it is about."""
    return " ".join(map(str, line.doubt.claims))


def _marked(box: QCheckBox, said: str) -> QWidget:
    """Return a box with its words beside it, in as many lines as they need."""
    made = QWidget()
    line = row(made, gap=8)
    line.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
    words = label(said, wrap=True)
    words.setBuddy(box)
    line.addWidget(words, 1)
    return made
