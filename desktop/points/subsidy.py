"""How points become money: bands or yuan a point, floor, cap, budget; typed in a few lines."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from db.kernel.money import short_yuan
from db.points import SPAN_NAMES, points_text
from db.points.schemes import BandDraft, SchemeDraft, scheme_problems
from desktop.points.typing import typed_points
from desktop.unsaved import Inputs
from desktop.widgets.entries import TextBox
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import label

OWN = ("name", "per_point", "floor", "cap", "budget", "span")
BANDS = "等次，一行一个：等次　满几分　几元"


def bands_text(bands: Sequence[BandDraft]) -> str:
    """Return bands as they are typed: 优 80 300."""
    return "\n".join(
        f"{band.grade} {points_text(band.points)} {short_yuan(band.amount)}" for band in bands
    )


def typed_bands(text: str) -> tuple[BandDraft, ...]:
    """Return the bands typed; ValueError names the line that is none."""
    found = []
    for line in text.splitlines():
        parts = line.replace("　", " ").replace("分", " ").replace("元", " ").split()
        if not parts:
            continue
        points = typed_points(parts[1]) if len(parts) == 3 else None
        if points is None or not re.fullmatch(r"\d{1,6}(\.\d{1,2})?", parts[2], re.ASCII):
            raise ValueError(f"“{line.strip()}”看不懂，请写成：优 80 300")
        whole, _, cents = parts[2].partition(".")
        found.append(BandDraft(points, parts[0], int(whole) * 100 + int(cents.ljust(2, "0") or 0)))
    return tuple(found)


class SubsidyForm(QWidget):
    """The scheme's name and how it pays."""

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self._draft = SchemeDraft()
        self._form = DraftForm(SchemeDraft, lambda _: (), {"span": SPAN_NAMES}, today, OWN)
        self._bands = TextBox("等次", 5)
        self._reduces = QCheckBox("超预算时，各人按比例减")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        for widget in (self._form, label(BANDS, 12, "second"), self._bands, self._reduces):
            layout.addWidget(widget)
        layout.addStretch()
        self.setFocusProxy(self._form)

    @property
    def inputs(self) -> Inputs:
        """The fields by name."""
        return {**self._form.inputs, "bands": self._bands, "reduces": self._reduces}

    def show_scheme(self, draft: SchemeDraft) -> None:
        """Show a scheme."""
        self._draft = draft
        self._form.show_draft(draft)
        self._bands.setText(bands_text(draft.bands))
        self._reduces.setChecked(draft.reduces)

    def scheme(self, draft: SchemeDraft) -> SchemeDraft:
        """Return the draft with what is typed here; ValueError says what is wrong."""
        typed: SchemeDraft = self._form.draft()
        own = {name: getattr(typed, name) for name in OWN}
        made = replace(
            draft, **own, reduces=self._reduces.isChecked(), bands=typed_bands(self._bands.text())
        )
        problem = next(iter(scheme_problems(made)), None)
        if problem is not None:
            raise ValueError(problem.reason)
        return made
