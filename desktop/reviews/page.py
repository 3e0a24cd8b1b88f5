"""考评: the grid leaders of two months, the facts of each beside the form, the paper."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from PySide6.QtWidgets import QVBoxLayout
from sqlalchemy import Connection

from db.figures.rates import percent
from db.kernel.access import Right
from db.kernel.ids import Id
from db.participation import DEED_NAMES, Deed
from db.post import the_post
from db.reviews import (
    GRADE_NAMES,
    ReviewDraft,
    TwoMonths,
    remove_review,
    review,
    review_problems,
    terms,
)
from db.reviews.facts import Past, ReviewRow, past, review_rows
from desktop.background import Ticket
from desktop.page import Context
from desktop.paper.review_sheet import NO_GRADE, grades_told, review_sheet
from desktop.paper_out import Leaving, Made, PaperOut, one_table
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, choose, fill, label, row
from desktop.widgets.register import RegisterPage
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import day_words

TERMS, DEED_LINES = 7, 6


def _grade(reviewed: ReviewRow) -> str:
    return GRADE_NAMES.get(reviewed.person.grade or "", NO_GRADE)


class ReviewsPage(RegisterPage[ReviewRow]):
    """Who is to be graded for two months, and who is not yet."""

    title: ClassVar[str] = "考评"
    noun = "考评"
    entity: ClassVar[str] = "review"
    placeholder = "姓名、拼音"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "review", "volunteer", "community", "building", "household", "visit", "training",
            "attendance", "dispute", "dispute_session", "dispute_follow_up",
            "volunteer_term",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "下一个还没有考评的人"),
        ("1　2　3　4", "在“等次”上：好　较好　一般　差"),
        ("Enter", "下一格，最后一格保存，接着下一个人"),
        ("Ctrl+P", "打印考评表"),
        ("Ctrl+S", "存为 PDF 或 Excel"),
        ("Ctrl+C", "复制选中的行"),
    )
    columns: Sequence[Column[Any]] = (
        Column("姓名", lambda r: r.name, 5),
        Column("社区", lambda r: r.person.community_name, 6),
        Column("等次", _grade, 4, late=lambda r: r.person.review is None),
        Column("上期", lambda r: GRADE_NAMES.get(r.last or "", ""), 3, spare=True),
        Column("培训", lambda r: str(r.count("training")), 3, number=True, spare=True),
        Column("走访", lambda r: str(r.count("visit")), 3, number=True, spare=True),
        Column("调解", lambda r: str(r.count("mediation")), 3, number=True, spare=True),
        Column("见到户数", lambda r: f"{r.area.met:,}/{r.area.base:,}", 7, number=True, spare=True),
        Column("理由", lambda r: r.person.reason, 16, spare=True),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._all: list[ReviewRow] = []
        self._term = self.filter_box(
            "考评期间", [(str(term), term) for term in terms(context.today, TERMS)]
        )
        # The two months that are over are the ones to be graded.
        self._term.setCurrentIndex(1)
        self._which = self.filter_box("哪些人", [("全部网格长", False), ("还没有考评的", True)])
        self._out = PaperOut(self)
        for text, keys, act in (
            ("打印 Ctrl+P", "Ctrl+P", self.print),
            ("存为文件 Ctrl+S", "Ctrl+S", self.keep),
        ):
            made = button(text, act)
            made.setShortcut(keys)
            made.setEnabled(context.may(Right.REWARD))
            self.tools.addWidget(made)

    @property
    def term(self) -> TwoMonths:
        """The two months in sight."""
        term: TwoMonths = self._term.currentData()
        return term

    def asked(self, connection: Connection, offset: int, limit: int) -> tuple[int, list[ReviewRow]]:
        """Return the grid leaders the filters mean, with their facts."""
        self._all = review_rows(connection, self.term, self.context.today, self.text.text())
        found = [
            one
            for one in self._all
            if (not self._which.currentData() or one.person.review is None)
            and (self.only is None or one.id in self.only)
        ]
        return len(found), found[offset : offset + limit]

    def offer_choices(self) -> None:
        """Offer the two months that have begun meanwhile too."""
        fill(self._term, [(str(term), term) for term in terms(self.context.today, TERMS)])

    def open(self, what: Mapping[str, Any]) -> None:
        """The same; what is due opens the two months that are over."""
        if what.get("entity") == "review":
            choose(self._term, TwoMonths.of(self.context.today).before)
            self._which.setCurrentIndex(0)
            self.refresh()
        if what.get("record") is not None:
            self.go_to(what["record"])

    def empty_words(self) -> str:
        """Nobody is entered here: who is listed stands in the roster."""
        return "没有符合的网格长。换个网格长，或清掉筛选"

    def form_parts(self, layout: QVBoxLayout) -> None:
        """The facts, the grades over time, and below them the grade."""
        self._ticket_past: Ticket | None = None
        self._facts = label(wrap=True)
        self._deeds: RowModel[tuple[Deed, str]] = RowModel(
            (
                Column("日期", lambda d: day_words(d[0].day, self.context.today), 5),
                Column("做了什么", lambda d: f"{DEED_NAMES[d[0].kind]} {d[1]}", 14),
            )
        )
        table = RowTable(self._deeds, "期内做了什么", "期内没有走访、培训、调解的记录")
        height = round(table.fontMetrics().height() * 1.9)
        table.setFixedHeight(height * DEED_LINES)
        self._over_time = label(tone="second", wrap=True)
        self._form = DraftForm(
            ReviewDraft, review_problems, {"grade": GRADE_NAMES}, lambda: self.context.today
        )
        self._form.saved.connect(self.save)
        self._save = button("保存", self.save, kind="main")
        self._remove = button("删除考评", self.remove)
        layout.addWidget(self._facts)
        self._grading = (table, self._over_time, self._form, self._save, self._remove)
        for widget in self._grading[:3]:
            layout.addWidget(widget)
        line = row()
        line.addWidget(self._remove)
        line.addStretch()
        line.addWidget(self._save)
        self.form_foot.addLayout(line)

    def begin_new(self) -> None:
        """Go to the next person without a grade."""
        after = next((one for one in self.model.rows if one.person.review is None), None)
        if after is not None:
            self.go_to(after.id)
            self._form.setFocus()
        elif not self.model.rows:
            self.row = None
            self.heading.setText("没有要考评的网格长")
            self.show_row(None)
        else:
            self.said.emit(f"{self.term}都考评了")

    def show_history(self) -> None:
        """Open who changed the grade."""
        if self.row is not None and self.row.person.review is not None:
            self.context.routes.go(
                "data", tab="history", entity="review", record=self.row.person.review,
                name=f"{self.row.name} {self.term}考评",
            )  # fmt: skip

    def show_row(self, chosen: ReviewRow | None) -> None:
        """Show a person's facts and grade."""
        if self._ticket_past is not None:
            self._ticket_past.stop()
        may = self.context.may(Right.REWARD) and chosen is not None
        self._save.setEnabled(may)
        self._remove.setEnabled(may and chosen is not None and chosen.person.review is not None)
        self._form.setEnabled(may)
        self._form.show_draft(chosen.person if chosen is not None else None)
        self._over_time.clear()
        self._deeds.show_rows([])
        for widget in self._grading:
            widget.setVisible(chosen is not None)
        if chosen is None:
            self._history.hide()
            self._facts.setText("在“人员”里把身份登记为网格长，就列在这里")
            return
        self._history.setVisible(chosen.person.review is not None)
        self.heading.setText(f"{chosen.name}　{self.term}")
        self._facts.setText(facts_told(chosen))
        self._ticket_past = self.context.background.ask(
            self, lambda connection: past(connection, chosen), self._show_past
        )

    def save(self) -> None:
        """Write the grade, and go on to the next person without one."""
        if self.row is None or not self._save.isEnabled():
            return
        try:
            draft = self._form.draft()
        except ValueError:
            return
        person = self.row
        self.write(
            review(person.id, self.term, draft),
            f"{person.name} {GRADE_NAMES[draft.grade]}",
            lambda: self.go_to(self._next_after(person.id)),
        )

    def remove(self) -> None:
        """Take out the grade in sight."""
        if self.row is not None and self._remove.isEnabled():
            said = f"已删除{self.row.name}的考评　　Ctrl+Z 撤销"
            self.context.background.write(
                self, remove_review(self.row.id, self.term), lambda _: self.said.emit(said)
            )

    def print(self) -> None:
        """Print the two months in sight."""
        self._out.print(self.paper())

    def keep(self) -> None:
        """Save them as a PDF or Excel file."""
        self._out.save(f"网格长考评表（{self.term}）", self.paper())

    def paper(self) -> Made:
        """Return what makes the paper of the two months, of everybody in them."""
        return partial(_paper, self.term, self.context)

    @property
    def _at(self) -> str:
        # A person has a grade for each two months.
        return f"{super()._at} {self.term}" if self.row is not None else ""

    def _next_after(self, person: Id) -> Id:
        open_ = [one.id for one in self.model.rows if one.person.review is None or one.id == person]
        at = open_.index(person) if person in open_ else -1
        others = [id_ for id_ in (*open_[at + 1 :], *open_[: max(at, 0)]) if id_ != person]
        return others[0] if others else person

    def _show(self, answer: tuple[int, list[ReviewRow]]) -> None:
        super()._show(answer)
        self.foot.setText(f"{self.term}　共{len(self._all)}人　{grades_told(self._all)}")

    def _show_past(self, told: Past) -> None:
        self._deeds.show_rows(told.deeds)
        others = [f"{one.term} {one.grade_name}" for one in told.grades if one.term != self.term]
        self._over_time.setText("以往：" + ("　".join(others) if others else "还没有考评过"))


def facts_told(reviewed: ReviewRow) -> str:
    """Return the facts of two months in a sentence."""
    area = reviewed.area
    where = (
        area.name if reviewed.person.building is not None else f"{area.name}（没有写负责的楼栋）"
    )
    share = percent(area.met, area.base)
    met = f"，见到人{area.met:,}户（{share}%）" if share is not None else ""
    done = "　".join(f"{name}{reviewed.count(kind)}次" for kind, name in DEED_NAMES.items())
    return f"{done}\n{where}：应访{area.base:,}户{met}"


def _paper(term: TwoMonths, context: Context, connection: Connection) -> Leaving:
    rows = review_rows(connection, term, context.today)
    author = the_post(connection).name
    sheet = review_sheet(rows, term, author=author, made_on=context.today)
    return one_table(sheet, named=True)
