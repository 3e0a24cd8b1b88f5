"""The form of a session: its head, and for a new one who is expected."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.journal import Done
from db.people import ROLE_NAMES
from db.people.colleagues import staff_rows
from db.places import CommunityLine, communities
from db.trainings import KIND_NAMES, TrainingDraft, training_problems
from db.trainings.sessions import (
    Expected,
    add_training,
    change_training,
    expect,
    training_draft,
)
from desktop.page import Context
from desktop.unsaved import Keeper
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import EnterWalks
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, column, fill, label, row

NOBODY, EVERYBODY = "nobody", "everybody"
START_NAMES = {"absent": "缺席，到一个点一个", "present": "到，再改没来的"}


class ExpectedForm(QWidget):
    """Who is expected: a community, a role, and what each starts as. Enter at the last is `chosen`."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._where = ChoiceBox("应到的社区")
        self._where.addItem("先不列名单", NOBODY)
        self._where.addItem("全部社区", EVERYBODY)
        self._role = ChoiceBox("应到的身份")
        self._role.addItem("全部身份", None)
        for code, name in ROLE_NAMES.items():
            self._role.addItem(name, code)
        self._start = ChoiceBox("先都记为")
        for code, name in START_NAMES.items():
            self._start.addItem(name, code)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        boxes = (self._where, self._role, self._start)
        for at, (name, box) in enumerate(
            zip(("应到社区", "应到身份", "先都记为"), boxes, strict=True)
        ):
            grid.addWidget(label(name, 12, "second"), at, 0)
            grid.addWidget(box, at, 1)
        grid.setColumnStretch(1, 1)
        self._walks = EnterWalks(boxes, self.chosen.emit)
        self.setFocusProxy(self._where)

    def offers(self, places: list[CommunityLine]) -> None:
        """Take the communities there are."""
        fill(self._where, [(place.name, place.id) for place in places], first=2)

    def begin(self, *, everybody: bool) -> None:
        """Begin with nobody or everybody."""
        self._where.setCurrentIndex(int(everybody))

    def expected(self) -> Expected | None:
        """Return who is expected, None if nobody was chosen."""
        where, role = self._where.currentData(), self._role.currentData()
        if where == NOBODY:
            return None
        return Expected(
            () if where == EVERYBODY else (where,),
            (role,) if role else (),
            self._start.currentData(),
        )


class TrainingForm(QWidget):
    """Enters and changes sessions, and lists who is expected at one.

    `opened` asks to be shown, `saved` carries the session's id, `left` tells that the form was
    left, `said` what was done.
    """

    opened = Signal()
    saved = Signal(object)
    left = Signal()
    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._editing: Id | None = None
        self._only_expected = False
        self._heading = label(pixels=16, wrap=True)
        self._form = DraftForm(
            TrainingDraft,
            lambda draft: training_problems(draft, context.today, planned=True),
            {"kind": KIND_NAMES},
            lambda: context.today,
        )
        self._expected = ExpectedForm()
        self._form.saved.connect(self._head_done)
        self._expected.chosen.connect(self.save)
        self._keeper = Keeper(context, "培训登记", self._typed, self.begin_new, self)
        self._form.edited.connect(self._keeper.typed)
        layout = column(self, (16, 14, 16, 14), 10)
        layout.addWidget(self._heading)
        layout.addWidget(self._form)
        layout.addWidget(self._expected)
        line = row()
        line.addWidget(button("不登记了 Esc", self.left.emit, kind="link"))
        line.addStretch()
        line.addWidget(button("保存", self.save, kind="main"))
        layout.addLayout(line)
        layout.addStretch()

    def begin_new(self, texts: Mapping[str, str] | None = None) -> None:
        """Open an empty form for today, or with `texts` typed before."""
        draft = TrainingDraft(day=self._context.today)
        self._open(None, draft, "登记培训", texts or {})

    def begin_change(self, training: Id) -> None:
        """Open a session's head."""

        def opened(draft: TrainingDraft | None) -> None:
            if draft is not None:
                self._open(training, draft, "修改培训", {})

        self._context.background.ask(self, lambda c: training_draft(c, training), opened)

    def begin_expected(self, training: Id, name: str) -> None:
        """Ask who else is expected at a session."""
        self._open(training, TrainingDraft(), f"加应到的人：{name}", {}, only_expected=True)

    def save(self) -> None:
        """Write what is typed."""
        background = self._context.background
        if self._only_expected and self._editing is not None:
            training, expected = self._editing, self._expected.expected()
            if expected is not None:
                background.write(
                    self, expect(training, expected),
                    lambda done: self._told(training, f"加了{done.value}人"),
                )  # fmt: skip
            return
        try:
            draft = self._form.draft()
        except ValueError:
            return
        if self._editing is not None:
            training = self._editing
            background.write(
                self, change_training(training, draft), lambda _: self._told(training, "已保存")
            )
            return

        def added(done: Done[Id]) -> None:
            self._keeper.done()
            self._told(done.value, "已登记")

        background.write(self, add_training(draft, self._expected.expected()), added)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc leaves the form."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _open(
        self,
        training: Id | None,
        draft: TrainingDraft,
        heading: str,
        texts: Mapping[str, str],
        *,
        only_expected: bool = False,
    ) -> None:
        def opened(known: tuple[list[CommunityLine], list[str]]) -> None:
            places, staff = known
            self._editing, self._only_expected = training, only_expected
            self._expected.offers(places)
            self._expected.begin(everybody=only_expected)
            self._form.knows("lecturers", staff)
            self._form.show_draft(draft)
            self._form.take_back(texts)
            self._heading.setText(heading)
            self._form.setVisible(not only_expected)
            self._expected.setVisible(training is None or only_expected)
            self.opened.emit()
            (self._expected if only_expected else self._form).setFocus(
                Qt.FocusReason.TabFocusReason
            )

        self._context.background.ask(self, _known, opened)

    def _head_done(self) -> None:
        if self._expected.isVisible():
            self._expected.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.save()

    def _told(self, training: Id, said: str) -> None:
        self.saved.emit(training)
        self.said.emit(f"{said}　　Ctrl+Z 撤销")

    def _typed(self) -> dict[str, str] | None:
        texts = self._form.typed_texts()
        return texts if self.isVisible() and self._editing is None and len(texts) > 1 else None


def _known(connection: Connection) -> tuple[list[CommunityLine], list[str]]:
    return communities(connection), [line.name for line in staff_rows(connection)]
