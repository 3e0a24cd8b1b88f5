"""Another site's card opened: both fingerprints, compared by a person, confirmed by one key."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QWidget

from db.exchange.sites import Card
from db.kernel.ids import Id
from db.places import CommunityLine
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, clear, column, label, row

HOW = (
    "请和对方当面或打电话，一组一组念：“对方的指纹”要和对方电脑或打印纸上的一样。"
    "对方也要这样核对本机的。差一组都不要配对。"
)


class ComparePanel(QFrame):
    """`confirmed` when a person says that the fingerprints are the same, `left` when not."""

    confirmed = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.card: Card | None = None
        self._title = label(pixels=16, wrap=True)
        self._theirs, self._ours = fingerprint_label("对方的指纹"), fingerprint_label("本机的指纹")
        self._numbers = QCheckBox("纠纷编号由对方给（本机是下乡的笔记本时勾上）")
        self._boxes: list[tuple[Id, QCheckBox]] = []
        self._only = QWidget()
        self._only_line = FlowLayout(self._only, 14)
        self._confirm = button("一样，配对　Enter", self.confirmed.emit, kind="main")
        self._leave = button("不一样，不配对　Esc", self.left.emit)
        layout = column(self, (20, 16, 20, 16), 10)
        layout.addWidget(self._title)
        for name, one in (("对方的指纹", self._theirs), ("本机的指纹", self._ours)):
            layout.addWidget(label(name, tone="second"))
            layout.addWidget(one)
        layout.addWidget(label(HOW, wrap=True))
        layout.addWidget(self._numbers)
        layout.addWidget(
            label(
                "对方只管其中几个社区（如新的笔记本）时勾上，第一个包就只带这些社区；不勾就带全部。",
                tone="second",
                wrap=True,
            )
        )
        layout.addWidget(self._only)
        end = row(gap=10)
        end.addStretch()
        end.addWidget(self._leave)
        end.addWidget(self._confirm)
        layout.addLayout(end)
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.left)
        self.setFocusProxy(self._confirm)

    def show_card(
        self, card: Card, ours: str, places: Sequence[CommunityLine], before: Sequence[Id] = ()
    ) -> None:
        """Show a card beside this copy's own fingerprint; `before` are the communities it has so far."""
        self.card = card
        self._title.setText(f"“{card.name}”的名片")
        self._theirs.setText(card.fingerprint)
        self._ours.setText(ours)
        self._numbers.setChecked(False)
        clear(self._only_line)
        self._boxes = [(place.id, QCheckBox(place.name)) for place in places]
        for id_, box in self._boxes:
            box.setChecked(id_ in before)
            self._only_line.addWidget(box)

    @property
    def cut_to(self) -> tuple[Id, ...]:
        """The communities the site is to get; none is all."""
        return tuple(id_ for id_, box in self._boxes if box.isChecked())

    @property
    def numbers_there(self) -> bool:
        """Whether the other site gives disputes their numbers."""
        return self._numbers.isChecked()


def fingerprint_label(name: str) -> QLabel:
    """Return a label for a fingerprint, large, to be read out group by group."""
    made = label(pixels=26, wrap=True)
    made.setAccessibleName(name)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
