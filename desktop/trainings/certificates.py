"""培训证明: what somebody attended in a period, printed or saved as a certificate."""

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QLineEdit
from sqlalchemy import Connection

from db.figures.rates import percent
from db.kernel.ids import Id
from db.kernel.text import hours_text
from db.kernel.workdays import Period
from db.people.lists import VolunteerQuery, VolunteerRow, volunteer, volunteers
from db.trainings import HERE, KIND_NAMES, STATUS_NAMES
from db.trainings.attended import Attended, attended
from desktop.background import Ticket
from desktop.page import Context, Page
from desktop.paper_out import PDF, Leaving, Made, PaperOut, allow
from desktop.trainings.making import certificate_paper
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.periods import PeriodBox, whole_time
from desktop.widgets.tables import Column, RowModel, RowTable

FOUND, TYPED_MS, SIDE_WIDTH = 60, 160, 340


def _hours(one: Attended) -> str:
    return "" if one.minutes is None else hours_text(one.minutes)


class CertificatesPage(Page):
    """Find somebody of the roster; beside stands what they attended, as the certificate tells it."""

    title: ClassVar[str] = "培训证明"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "training", "attendance", "volunteer", "building", "community", "volunteer_term",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("打字", "按姓名、拼音、电话找人"),
        ("↑ ↓", "换一个人"),
        ("Enter", "打开选中的培训"),
        ("Ctrl+P", "打印培训证明"),
        ("Ctrl+S", "存为 PDF"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._person: VolunteerRow | None = None
        self._wanted: Id | None = None
        self._asked: Ticket | None = None
        self._field = QLineEdit()
        self._field.setPlaceholderText("给谁：姓名、拼音、电话")
        self._field.setAccessibleName("给谁")
        self._days = PeriodBox(lambda: context.today, "今年")
        self._people: RowModel[VolunteerRow] = RowModel(
            (
                Column("姓名", lambda v: v.name, 5),
                Column("社区", lambda v: v.community_name, 7),
                Column("身份", lambda v: v.role_name, 5),
            )
        )
        self._list = RowTable(self._people, "名册上的人", "名册里没有这样的人")
        self._model: RowModel[Attended] = RowModel(
            (
                Column("日期", lambda a: a.day.isoformat(), 7),
                Column("主题", lambda a: a.topic, 14),
                Column("类别", lambda a: KIND_NAMES.get(a.kind, ""), 6),
                Column("学时", _hours, 4, number=True),
                Column(
                    "出勤", lambda a: STATUS_NAMES[a.status], 4, late=lambda a: a.status == "absent"
                ),
                Column("原因", lambda a: a.reason or "", 8),
            )
        )
        self._table = RowTable(self._model, "参加过的培训", "这段时间名单上没有这个人的培训")
        self._heading, self._sum = label(pixels=16), label(tone="second", wrap=True)
        self._timer = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._out = PaperOut(self)
        self._build()
        self.setFocusProxy(self._field)

    def open(self, what: Mapping[str, Any]) -> None:
        """Show somebody of the roster by their id."""
        if what.get("volunteer") is not None:
            self._wanted = what["volunteer"]
            self._field.clear()
            self._find()

    def refresh(self) -> None:
        """Read the people and what the chosen one attended."""
        self._find()

    def print(self) -> None:
        """Print the certificate."""
        if (made := self._made()) is not None:
            self._out.print(made)

    def save(self) -> None:
        """Save it as a PDF."""
        if (made := self._made()) is not None and self._person is not None:
            self._out.save(f"培训证明 {self._person.name}", made, PDF)

    def _made(self) -> Made | None:
        """What makes the certificate; the history does not say whose it was."""
        person, period, day = self._person, self._period, self.context.today
        if person is None:
            return None

        def made(connection: Connection) -> Leaving:
            paper = certificate_paper(connection, person.id, period, day)
            return Leaving("培训证明", (paper,), named=True)

        return made

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """The arrows of the field walk over the people; Enter opens a session."""
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._field.hasFocus():
            at = self._list.currentIndex().row() + (1 if key == Qt.Key.Key_Down else -1)
            if 0 <= at < len(self._people.rows):
                self._list.selectRow(at)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._table.hasFocus():
            self._open_session()
        else:
            super().keyPressEvent(event)

    def _open_session(self) -> None:
        if (attended := self._model.at(self._table.currentIndex())) is not None:
            self.context.routes.go("trainings", tab="list", record=attended.training)

    def _build(self) -> None:
        self._table.doubleClicked.connect(lambda _: self._open_session())
        printing = button("打印培训证明　Ctrl+P", self.print, kind="main")
        printing.setShortcut("Ctrl+P")
        saving = button("存为文件　Ctrl+S", self.save)
        saving.setShortcut("Ctrl+S")
        allow(self.context, printing, saving)
        self._days.chosen.connect(lambda _: self._read())
        self._days.refused.connect(self.said)
        left = panel()
        left.setFixedWidth(self.context.theme.px(SIDE_WIDTH))
        inside = column(left, (12, 12, 12, 12), 8)
        inside.addWidget(self._field)
        inside.addWidget(self._list, 1)
        right = panel()
        beside = column(right, (16, 12, 16, 12), 8)
        head = row(gap=10)
        head.addWidget(self._heading, 1)
        head.addWidget(self._days)
        beside.addLayout(head)
        beside.addWidget(self._sum)
        beside.addWidget(self._table, 1)
        foot = row(gap=10)
        foot.addStretch()
        foot.addWidget(saving)
        foot.addWidget(printing)
        beside.addLayout(foot)
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addWidget(left)
        outer.addWidget(right, 1)
        self._field.textChanged.connect(lambda _: self._timer.start())
        self._timer.timeout.connect(self._find)
        self._list.selectionModel().currentRowChanged.connect(lambda at, _: self._moved(at.row()))

    @property
    def _period(self) -> Period:
        return self._days.period or whole_time(self.context.today)

    def _find(self) -> None:
        text, day = self._field.text().strip(), self.context.today
        wanted = self._wanted
        if self._asked is not None:
            self._asked.stop()

        def question(connection: Connection) -> list[VolunteerRow]:
            if wanted is not None:
                found = volunteer(connection, wanted)
                return [found] if found is not None else []
            on = day if not text else None
            return volunteers(connection, VolunteerQuery(text=text, on=on), 0, FOUND)

        self._asked = self.context.background.ask(self, question, self._show_people)

    def _show_people(self, found: list[VolunteerRow]) -> None:
        self._wanted = None
        kept = self._person.id if self._person is not None else None
        self._people.show_rows(found)
        if found:
            place = next((n for n, one in enumerate(found) if one.id == kept), 0)
            self._list.selectRow(place)
        self._moved(self._list.currentIndex().row())

    def _moved(self, at: int) -> None:
        self._person = self._people.rows[at] if 0 <= at < len(self._people.rows) else None
        self._read()

    def _read(self) -> None:
        person, period = self._person, self._period
        if person is None:
            self._heading.setText("没有选中的人")
            self._sum.clear()
            self._model.show_rows([])
            return
        self._heading.setText(f"{person.name}　{person.community_name} {person.role_name}")
        self.context.background.ask(self, lambda c: attended(c, person.id, period), self._show)

    def _show(self, sessions: list[Attended]) -> None:
        came = [one for one in sessions if one.status in HERE]
        rate = percent(len(came), len(sessions))
        hours = hours_text(sum(one.minutes or 0 for one in came))
        self._sum.setText(
            f"应到{len(sessions)}次，到{len(came)}次，到训率{rate}%，{hours}学时" if rate else ""
        )
        self._model.show_rows(sessions)
