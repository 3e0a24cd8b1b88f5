"""日报、周报、月报: which of them is in sight, and of which day, week or month."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QPushButton, QWidget

from db.figures.kinds import KINDS, Kind, kind_of, parse_span
from db.kernel.errors import UserError
from db.kernel.workdays import Span
from desktop.page import Context
from desktop.widgets.parts import button, column, mark_wrong, row
from desktop.widgets.periods import typed_period

WAYS = "可以直接写：3.18、12周、2月"
REFUSED = f"报表按一天、一周或一个月出。{WAYS}"


class SpanBox(QWidget):
    """Choose a kind of report and its span, by button, by key or by writing 3.18, 12周, 2月.

    Each kind comes back where it was left; at first it shows the span that ended last. `chosen`
    carries the span a person went to, `refused` why what was written is none.
    """

    chosen = Signal(object)
    refused = Signal(str)

    def __init__(self, context: Context, page: QWidget) -> None:
        super().__init__(page)
        self._context = context
        self._at: dict[str, Span] = {}
        self._span = self._last("weekly")
        self._group = QButtonGroup(self)
        self._kinds: dict[str, QPushButton] = {}
        self._name = QLineEdit()
        self._name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name.setAccessibleName("哪一期")
        self._name.setToolTip(WAYS)
        self._name.editingFinished.connect(self._read)
        layout = column(self, gap=8)
        kinds = row(gap=6)
        for name, kind in KINDS.items():
            choice = button(kind.report, partial(self.turn, name), kind="choice")
            choice.setCheckable(True)
            self._group.addButton(choice)
            self._kinds[name] = choice
            kinds.addWidget(choice, 1)
        layout.addLayout(kinds)
        steps = row(gap=8)
        back, on = button("‹", partial(self.step, -1)), button("›", partial(self.step, 1))
        back.setAccessibleName("往前")
        on.setAccessibleName("往后")
        steps.addWidget(back)
        steps.addWidget(self._name, 1)
        steps.addWidget(on)
        layout.addLayout(steps)
        for keys, action in (
            ("Alt+Left", partial(self.step, -1)), ("Alt+Right", partial(self.step, 1)),
            ("Ctrl+G", self.write),
            *((f"Alt+{at}", partial(self.turn, name)) for at, name in enumerate(KINDS, 1)),
        ):  # fmt: skip
            shortcut = QShortcut(QKeySequence(keys), page)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)
        self.show_span(self._span)

    @property
    def span(self) -> Span:
        """The span in sight."""
        return self._span

    @property
    def kind(self) -> Kind:
        """The kind of report in sight."""
        return kind_of(self._span)

    def show_span(self, span: Span) -> None:
        """Show a span that was chosen elsewhere."""
        self._span = span
        self._at[self.kind.name] = span
        self._kinds[self.kind.name].setChecked(True)
        self._name.setText(span.words)
        mark_wrong(self._name, wrong=False)

    def turn(self, name: str) -> None:
        """Go to another kind of report."""
        self._go(self._at.get(name) or self._last(name))

    def step(self, by: int) -> None:
        """Go to the span before or after."""
        self._go(self._span.after if by > 0 else self._span.before)

    def write(self) -> None:
        """Let a span be written."""
        self._name.setFocus()
        self._name.selectAll()

    def _last(self, name: str) -> Span:
        """The span of a kind that ended last."""
        return KINDS[name].of.of(self._context.today).before

    def _go(self, span: Span) -> None:
        self.show_span(span)
        self.chosen.emit(span)

    def _read(self) -> None:
        text = self._name.text().strip()
        if text == self._span.words:
            mark_wrong(self._name, wrong=False)
            return
        span = self._written(text)
        if span is None:
            mark_wrong(self._name, wrong=True)
            self.refused.emit(REFUSED)
        else:
            self._go(span)

    def _written(self, text: str) -> Span | None:
        today = self._context.today
        for kind in KINDS.values():
            now = kind.of.of(today)
            if text in (kind.this, kind.last):
                return now if text == kind.this else now.before
        try:
            return parse_span(text)
        except UserError:
            pass
        try:
            period = typed_period(text, today)
        except ValueError:
            return None
        spans = [kind.of.of(period.start) for kind in KINDS.values()] if period else []
        return next((span for span in spans if span.period == period), None)
