"""外观: light or dark, and how large the type is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from PySide6.QtWidgets import QButtonGroup, QRadioButton

from desktop.page import Context, Page
from desktop.settings import TEXT_SIZES, THEMES
from desktop.widgets.parts import column, label, panel, row


class LooksPage(Page):
    """Takes effect at once, on this machine only. At another text size the screens are made anew."""

    title: ClassVar[str] = "外观"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        frame = panel()
        layout = column(frame, (24, 20, 24, 20), 10)
        looks = context.settings.looks
        self._groups = [
            self._choice("颜色", THEMES, looks.theme, "theme"),
            self._choice("字的大小", TEXT_SIZES, looks.text_size, "text_size"),
        ]
        for title, buttons in self._groups:
            layout.addWidget(label(title, 16))
            line = row(gap=20)
            for one in buttons.buttons():
                line.addWidget(one)
            line.addStretch()
            layout.addLayout(line)
            layout.addSpacing(10)
        layout.addWidget(label("只管这台电脑上的样子，不影响台账和打印。", tone="second"))
        outer = column(self, (20, 12, 20, 14))
        outer.addWidget(frame)
        outer.addStretch()

    def open(self, what: Mapping[str, Any]) -> None:
        """Go on at the text sizes, as the whole window was made anew for another one."""
        if what.get("focus") == "text_size":
            _, sizes = self._groups[1]
            sizes.checkedButton().setFocus()

    def _choice(
        self, title: str, names: Mapping[str, str], now: str, field: str
    ) -> tuple[str, QButtonGroup]:
        group = QButtonGroup(self)
        for code, name in names.items():
            one = QRadioButton(name)
            one.setAccessibleName(f"{title} {name}")
            one.setChecked(code == now)
            one.toggled.connect(lambda on, code=code: self._use(field, code) if on else None)
            group.addButton(one)
        return title, group

    def _use(self, field: str, code: str) -> None:
        looks = replace(self.context.settings.looks, **{field: code})
        self.context.settings.keep(looks)
        self.context.theme.use(looks)
