"""The form of one item of a scheme; points are typed as points and kept in hundredths."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from db.points import CLASS_NAMES, SOURCE_NAMES, points_text
from db.points.schemes import ItemDraft
from desktop.points.typing import typed_points
from desktop.unsaved import Inputs
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import EnterWalks, EntryField, text_field
from desktop.widgets.parts import button, choose, label, row

POINTS = (
    ("points", "每次积分"), ("day_cap", "每天最多"), ("month_cap", "每月最多"),
    ("least", "社区可调到最低"), ("most", "社区可调到最高"),
)  # fmt: skip


def points_field(name: str) -> EntryField:
    """Return a field for points; nothing typed is None."""

    def read(text: str) -> int | None:
        if not text:
            return None
        points = typed_points(text)
        if points is None:
            raise ValueError("请写分数，如 3、2.5、-1")
        return points

    return EntryField(name, read)


class ItemForm(QWidget):
    """One item to type; Enter walks on, at the last it is taken. `taken` carries the ItemDraft."""

    taken = Signal(object)

    def __init__(self, said: Callable[[str], object], leave: Callable[[], object]) -> None:
        super().__init__()
        self._said = said
        self._key = ""
        self._name = text_field("项目", 20)
        self._kind, self._source = ChoiceBox("类别"), ChoiceBox("自动计入")
        for code, word in CLASS_NAMES.items():
            self._kind.addItem(word, code)
        self._source.addItem("不自动，手工记", None)
        for code, word in SOURCE_NAMES.items():
            self._source.addItem(word, code)
        self._points = {name: points_field(words) for name, words in POINTS}
        self._evidence, self._negative = QCheckBox("要凭证"), QCheckBox("可以扣分")
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 14, 16, 14)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        fields: dict[str, EntryField | ChoiceBox] = {"项目": self._name, "类别": self._kind}
        fields |= {words: self._points[name] for name, words in POINTS}
        fields["自动计入"] = self._source
        for at, (words, field) in enumerate(fields.items()):
            grid.addWidget(label(words, 12, "second"), at, 0)
            grid.addWidget(field, at, 1)
        marks = row(gap=14)
        marks.addWidget(self._evidence)
        marks.addWidget(self._negative)
        marks.addStretch()
        grid.addLayout(marks, len(fields), 1)
        end = row()
        end.addWidget(button("返回 Esc", leave, kind="link"))
        end.addStretch()
        end.addWidget(button("放进办法", self._take, kind="main"))
        grid.addLayout(end, len(fields) + 1, 0, 1, 2)
        grid.setRowStretch(len(fields) + 2, 1)
        grid.setColumnStretch(1, 1)
        self._walks = EnterWalks([*fields.values()], self._take)
        self.setFocusProxy(self._name)

    @property
    def inputs(self) -> Inputs:
        """The fields by name."""
        return {
            "name": self._name, "kind": self._kind, **self._points, "source": self._source,
            "evidence": self._evidence, "negative": self._negative,
        }  # fmt: skip

    def show_item(self, item: ItemDraft | None) -> None:
        """Show an item, or an empty form."""
        shown = item or ItemDraft()
        self._key = shown.key
        self._name.setText(shown.name)
        choose(self._kind, shown.kind)
        choose(self._source, shown.source)
        for name, field in self._points.items():
            value = getattr(shown, name)
            field.setText("" if value in (None, 0) else points_text(value))
        self._evidence.setChecked(shown.evidence)
        self._negative.setChecked(shown.negative)
        self._name.setFocus(Qt.FocusReason.TabFocusReason)

    def _take(self) -> None:
        try:
            values = {name: field.value() for name, field in self._points.items()}
        except ValueError as reason:
            self._said(str(reason))
            return
        if not self._name.text().strip() or not values["points"]:
            self._said("请写项目的名称和每次的积分")
            return
        self.taken.emit(
            ItemDraft(
                kind=self._kind.currentData(), name=self._name.text().strip(),
                points=values["points"], day_cap=values["day_cap"],
                month_cap=values["month_cap"], evidence=self._evidence.isChecked(),
                negative=self._negative.isChecked(), source=self._source.currentData(),
                least=values["least"], most=values["most"], key=self._key,
            )
        )  # fmt: skip
