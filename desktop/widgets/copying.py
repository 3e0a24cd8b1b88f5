"""Copying rows of a list as Excel takes them, also those that are not read yet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QModelIndex, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.page import Page

if TYPE_CHECKING:
    # A table makes its own copying.
    from desktop.widgets.tables import RowModel

# So many rows are put into words at once: the window never waits a tenth of a second for them.
STEP: Final = 500
# More is no matter for a clipboard, and would stay in memory as long as the list is open.
MOST: Final = 50_000


class Copying(QObject):
    """Puts rows on the clipboard as lines of cells parted by tabs, under their headings.

    The clipboard changes once, when all of them are together; how many they are is said by the page
    that the table stands in. Another copying, or other rows in the list, ends one that is under way.
    """

    def __init__(self, table: QWidget, model: "RowModel[Any]") -> None:
        super().__init__(table)
        self._table, self._model = table, model
        self._rows: Sequence[int] = ()
        self._lines: list[str] = []
        self._at = 0
        self._going = self._whole = False
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._go_on)
        model.grown.connect(self._take_further)
        model.told.connect(self._lose)

    def begin(self, rows: Sequence[int], *, whole: bool) -> None:
        """Copy these rows; of a `whole` list also those that it has not read yet."""
        self._end()
        more = whole and self._model.canFetchMore(QModelIndex())
        count = self._model.total if more else len(rows)
        if not count:
            self._say("没有选中的行，没有复制")
        elif count > MOST:
            self._say(
                f"选中了{count:,}行，一次最多复制{MOST:,}行，没有复制。请先筛选；整本台账到“数据”里用“导出”"
            )
        else:
            self._rows, self._going, self._whole = rows, True, more
            self._lines = ["\t".join(column.heading for column in self._model.columns)]
            if more:
                self._say(f"正在读其余的行，{count:,}行读完才复制")
            self._go_on()

    def _go_on(self) -> None:
        some = self._rows[self._at : self._at + STEP]
        self._at += len(some)
        self._lines += [
            "\t".join(_plain(column.words(self._model.rows[at])) for column in self._model.columns)
            for at in some
        ]
        if self._at < len(self._rows):
            self._timer.start()
        elif self._whole and self._model.canFetchMore(QModelIndex()):
            self._model.fetchMore(QModelIndex())
        else:
            QGuiApplication.clipboard().setText("\n".join(self._lines))
            self._say(f"已复制{len(self._rows):,}行")
            self._end()

    def _take_further(self) -> None:
        if self._whole:
            self._rows = range(len(self._model.rows))
            self._timer.start()

    def _lose(self) -> None:
        if self._going:
            self._end()
            self._say("列表刚才变了，没有复制。请重新选中再复制")

    def _end(self) -> None:
        self._timer.stop()
        self._rows, self._lines, self._at = (), [], 0
        self._going = self._whole = False

    def _say(self, text: str) -> None:
        above = self._table.parentWidget()
        while above is not None and not isinstance(above, Page):
            above = above.parentWidget()
        if above is not None:
            above.said.emit(text)


def _plain(text: str) -> str:
    text = text.replace("\t", " ").replace("\n", " ")
    # A cell that begins like a formula must stay text wherever it is pasted.
    return f"'{text}" if text[:1] in "=+-@" and len(text) > 1 else text
