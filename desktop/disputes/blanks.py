"""空白文书: every form of a dispute's file empty, for a pen, with no dispute chosen."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from sqlalchemy import Connection

from db.disputes.case import blank_case
from desktop.disputes.viewing import PaperViewer
from desktop.page import Context, Page
from desktop.paper.dispute_file import blank_papers, blank_titles
from desktop.paper.fonts import find_faces
from desktop.paper_out import FORM_KINDS, Leaving, PaperOut
from desktop.paths import cache
from desktop.printing import pdf_of
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

HINT = "Enter 打印选中的，V 看样，S 存为文件（PDF 或 Word），A 打印全套。空白的不编号，填好的由卷宗里打印"


class BlankForm(NamedTuple):
    """A form as the list shows it."""

    place: int
    title: str


COLUMNS: tuple[Column[BlankForm], ...] = (
    Column("", lambda form: str(form.place), 3, number=True),
    Column("文书", lambda form: form.title, 20),
)


class BlankFormsPage(Page):
    """The list of empty forms, printed or saved one, several or all at once."""

    title: ClassVar[str] = "空白文书"
    watches: ClassVar[frozenset[str]] = frozenset(("post",))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "打印选中的空白文书"),
        ("V　双击", "看样，和打印出来的一样"),
        ("S", "存为 PDF 或 Word"),
        ("A", "打印全套，连封面和目录"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.out = PaperOut(self)
        self._model: RowModel[BlankForm] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "空白文书")
        head, frame = row(gap=10), panel()
        head.addWidget(label(HINT, tone="second", wrap=True), 1)
        for words, act in (
            ("看样　V", self._view), ("存为文件　S", self._save), ("打印全套　A", self._all),
        ):  # fmt: skip
            head.addWidget(button(words, act))
        head.addWidget(button("打印　Enter", self._print, kind="main"))
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(head)
        outer.addWidget(frame, 1)
        self._table.has_keys({"V": self._view, "S": self._save, "A": self._all})
        self._table.doubleClicked.connect(lambda _: self._view())
        self.setFocusProxy(self._table)

    def refresh(self) -> None:
        """Read what the forms are called."""

        def question(connection: Connection) -> list[str]:
            return blank_titles(blank_case(connection))

        self.context.background.ask(self, question, self._show)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter prints what is chosen."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._table.hasFocus():
            self._print()
        else:
            super().keyPressEvent(event)

    def _show(self, titles: list[str]) -> None:
        at = max(self._table.currentIndex().row(), 0)
        self._model.show_rows([BlankForm(n, title) for n, title in enumerate(titles, 1)])
        self._table.selectRow(at)
        self.about.emit(f"{len(titles)}种")

    def _chosen(self) -> list[str]:
        rows = sorted(at.row() for at in self._table.selectionModel().selectedRows())
        return [self._model.rows[at].title for at in rows]

    def _view(self) -> None:
        """Show what is chosen as it will print."""
        chosen = self._chosen()
        if not chosen:
            return

        def shown(pdf: bytes) -> None:
            viewer = PaperViewer(self, chosen[0] if len(chosen) == 1 else "空白文书", pdf)
            viewer.exec()
            viewer.deleteLater()

        self.context.background.ask(self, lambda c: pdf_of(_leaving(chosen, c).papers), shown)

    def _print(self) -> None:
        if chosen := self._chosen():
            self.out.print(partial(_leaving, chosen))

    def _save(self) -> None:
        if chosen := self._chosen():
            self.out.save("空白文书", partial(_leaving, chosen), FORM_KINDS)

    def _all(self) -> None:
        self._table.selectAll()
        self._print()


def _leaving(titles: Sequence[str], connection: Connection) -> Leaving:
    said = f"空白的{titles[0]}" if len(titles) == 1 else f"{len(titles)}种空白文书"
    faces = find_faces(cache())
    return Leaving(said, blank_papers(blank_case(connection), faces, titles=titles))
