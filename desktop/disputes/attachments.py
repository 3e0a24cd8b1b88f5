"""附件: photographs and recordings of a dispute, taken in sealed and shown from memory."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget
from sqlalchemy import Connection

from db.attaching import attach, broken_of, content_of
from db.attachments import (
    KIND_NAMES,
    PDF,
    SOUND,
    AttachmentLine,
    attachments_of,
    name_to_save,
    remove_attachment,
)
from db.disputes.card import DisputeCard
from db.exports import leaving_right
from db.kernel.files import write_atomically
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.leaving import leave
from desktop.background import Progress
from desktop.disputes.viewing import Drawn, PaperViewer, PhotoViewer, drawn
from desktop.page import Context
from desktop.paper_out import allow
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.drops import FileDrops
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, fill, label, row
from desktop.widgets.tables import Column, RowModel, RowTable

R = TypeVar("R")
TAKEN = (
    "照片、PDF、录音 (*.jpg *.jpeg *.png *.bmp *.webp *.pdf *.mp3 *.m4a *.wav *.amr *.ogg *.flac)"
)
NOT_OUT = "附件里可能有全名，您的身份不能存出"
RULE = "身份证件不收进来：原件复印放进纸质卷，在卷宗里打勾。"


def size_words(size: int) -> str:
    """Return a size in bytes as people say it."""
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, size >> 10)} KB"


def columns(broken: set[Id]) -> tuple[Column[AttachmentLine], ...]:
    """Return the columns of a list; of those that are `broken` it says so in place of the size."""

    def size(line: AttachmentLine) -> str:
        return "打不开" if line.id in broken else size_words(line.size)

    return (
        Column("名称", lambda a: a.name, 9),
        Column("种类", lambda a: KIND_NAMES.get(a.kind, a.kind), 5),
        Column("大小", size, 4, number=True, late=lambda a: a.id in broken),
    )


class AttachmentsView(QWidget):
    """Shows a dispute's attachments. `left` tells that it was left, `said` what was done."""

    left = Signal()
    said = Signal(str)

    def __init__(self, context: Context, may: Callable[[], bool]) -> None:
        super().__init__()
        self._context, self._may = context, may
        self._of: Id | None = None
        self._number = ""
        self._heading, self._kind = label("附件", 16), ChoiceBox("附件的种类")
        fill(self._kind, [(name, code) for code, name in KIND_NAMES.items()])
        self._broken: set[Id] = set()
        self._model: RowModel[AttachmentLine] = RowModel(columns(self._broken))
        self._table = _Files(self._model, "附件", "还没有附件。按 A 加照片或录音，也可以拖进来")
        self._table.pressed_key.connect(self._key)
        self._table.doubleClicked.connect(lambda _: self._key("Enter"))
        self._table.removing.connect(self._remove)
        FileDrops(self).dropped.connect(self.take)
        layout = column(self, (16, 14, 16, 12), 8)
        layout.addWidget(self._heading)
        taken_as = row()
        taken_as.addWidget(label("加进来的算作", 13, "second"))
        taken_as.addWidget(self._kind, 1)
        layout.addLayout(taken_as)
        layout.addWidget(self._table, 1)
        layout.addWidget(label(RULE, 12, "second", wrap=True))
        below = QWidget()
        foot = FlowLayout(below, gap=4)
        for words, key in (("加进来　A", "A"), ("打开　Enter", "Enter"), ("存出　S", "S")):
            foot.addWidget(one := button(words, partial(self._key, key), kind="link"))
            if key == "S":
                allow(context, one)
        foot.addWidget(button("返回　Esc", self.left.emit, kind="link"))
        layout.addWidget(below)
        self.setFocusProxy(self._table)

    def show_card(self, card: DisputeCard) -> None:
        """Show the attachments of a dispute."""
        of = self._of = card.id
        self._number = card.number
        self._heading.setText(f"附件　{card.number}")

        def question(connection: Connection) -> tuple[AttachmentLine, ...]:
            return attachments_of(connection, of)

        self._context.background.ask(self, question, self._show)

    def take(self, files: Sequence[Path]) -> None:
        """Take files in, one after the other; the first that is refused ends it with its reason."""
        of, kind = self._of, str(self._kind.currentData())
        if of is None or not files or not self._may():
            return
        ledger = self._context.ledger

        def job(_: object) -> list[Done[Id]]:
            return [attach(ledger, "dispute", of, kind, file) for file in files]

        def taken(done: list[Done[Id]]) -> None:
            for one in done:
                self._context.background.changed.emit(one)
            self.said.emit(f"已收下{len(done)}个附件　　Ctrl+Z 撤销")

        self._context.background.errand(self, job, taken, lane="writer")

    def _show(self, lines: tuple[AttachmentLine, ...]) -> None:
        at = max(self._table.currentIndex().row(), 0)
        self._model.show_rows(lines)
        if lines:
            self._table.selectRow(min(at, len(lines) - 1))
        of, ledger = self._of, self._context.ledger
        if lines and of is not None:
            self._context.background.errand(
                self, lambda _: broken_of(ledger, of), self._mark, lane="reader"
            )

    def _mark(self, broken: frozenset[Id]) -> None:
        """Mark what is lost before somebody needs it; the contents were opened off the window's thread."""
        if broken != self._broken:
            self._broken.clear()
            self._broken.update(broken)
            last = self._model.index(len(self._model.rows) - 1, len(self._model.columns) - 1)
            self._model.dataChanged.emit(self._model.index(0, 0), last)

    def _current(self) -> AttachmentLine | None:
        at = self._table.currentIndex().row()
        return self._model.rows[at] if 0 <= at < len(self._model.rows) else None

    def _key(self, key: str) -> None:
        line = self._current()
        if key == "A":
            names, _ = QFileDialog.getOpenFileNames(self, "附件", "", TAKEN)
            self.take([Path(name) for name in names])
        elif line is None:
            return
        elif key == "Enter" and line.media != SOUND:
            if line.media == PDF:
                self._read(line, bytes, partial(self._view_paper, line))
            else:
                self._read(line, drawn, partial(self._view_photo, line))
        else:
            self._save(line)

    def _save(self, line: AttachmentLine) -> None:
        if not self._context.may(leaving_right(named=True, workbook=False)):
            self.said.emit(self._context.barred or NOT_OUT)
            return
        chosen, _ = QFileDialog.getSaveFileName(
            self, "存出附件（存出的文件不再加密）", name_to_save(line.name)
        )
        if chosen:
            self.save_to(Path(chosen), line.id)

    def save_to(self, path: Path, attachment: Id) -> None:
        """Save an attachment in plain, whole or not at all; the history says so before."""
        ledger, number = self._context.ledger, self._number

        def job(progress: Progress) -> None:
            data = content_of(ledger, attachment)
            leave(ledger, "存出附件", number, named=True)
            progress("写文件", 0.5)
            write_atomically(path, data)

        said = f"已存出 {path.name}，这份没有加密，用完请删掉"
        self._context.background.errand(self, job, lambda _: self.said.emit(said))

    def _view_paper(self, line: AttachmentLine, data: bytes) -> None:
        _shown(PaperViewer(self, line.name, data))

    def _view_photo(self, line: AttachmentLine, photo: Drawn) -> None:
        _shown(PhotoViewer(self, line.name, photo))

    def _read(
        self, line: AttachmentLine, make: Callable[[bytes], R], then: Callable[[R], None]
    ) -> None:
        """Make of a content what is shown, and show it once the journal knows who looked at it."""
        ledger, background, number = self._context.ledger, self._context.background, self._number

        def opened(made: R) -> None:
            background.errand(
                self,
                lambda _: ledger.note("查看附件", number),
                lambda _: then(made),
                lane="writer",
            )

        background.errand(self, lambda _: make(content_of(ledger, line.id)), opened, lane="reader")

    def _remove(self) -> None:
        line = self._current()
        if line is not None and self._may():
            self._context.background.write(
                self, remove_attachment(line.id),
                lambda _: self.said.emit(f"已删除附件{line.name}　　Ctrl+Z 撤销"),
            )  # fmt: skip


def _shown(viewer: QDialog) -> None:
    viewer.exec()
    viewer.deleteLater()


class _Files(RowTable):
    """Tells the keys that mean something for a file."""

    pressed_key = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter opens, A takes in, S saves; the rest moves."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pressed_key.emit("Enter")
        elif not event.modifiers() and event.text().upper() in ("A", "S"):
            self.pressed_key.emit(event.text().upper())
        else:
            super().keyPressEvent(event)
