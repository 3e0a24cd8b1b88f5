"""统计: what the disputes of a period come to; every number opens its disputes."""

from collections.abc import Mapping
from typing import ClassVar

from sqlalchemy import Connection

from db.disputes.facts import clocks
from db.disputes.statistics import DisputeStatistics, dispute_statistics
from db.disputes.words import FORM_NAMES, KIND_NAMES, RESULT_NAMES, RISK_NAMES, SOURCE_NAMES
from db.kernel.ids import Id
from db.places import CommunityLine, communities
from db.post import the_post
from desktop.page import Context, Page
from desktop.paper.dispute_numbers import STATES, by_kind, limits, statistics_paper, summary
from desktop.paper_out import Leaving, PaperOut
from desktop.widgets.asked import AskedLine
from desktop.widgets.bars import WeekChart
from desktop.widgets.numbers import Number, NumberLine, NumberTable
from desktop.widgets.parts import Sentences, column, label, panel, row

NO_WORD = "没有写"
TABLE_HIGH = 180
OTHERS = "来源、风险、社区、结论、协议、调解人"


class DisputeNumbersPage(Page):
    """The statistics of a period, on screen and printed."""

    title: ClassVar[str] = "纠纷统计"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "dispute", "dispute_conclusion", "dispute_reopening", "dispute_extension", "staff",
            "community", "post", "day_off", "dispute_closing", "dispute_follow_up",
            "dispute_report", "dispute_session",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("方向键", "在数字间移动"),
        ("Enter", "打开数字后面的纠纷"),
        ("Ctrl+C", "复制整张表，可以贴进 Excel"),
        ("Ctrl+P", "打印统计"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._out = PaperOut(self)
        self._said: DisputeStatistics | None = None
        self._asked = AskedLine("今年", lambda: context.today)
        self._summary = Sentences()
        self._months, self._took = WeekChart(context.theme), WeekChart(context.theme)
        self._matrix, self._others = NumberTable("类型和情况"), NumberTable(OTHERS)
        self._build()
        self.setFocusProxy(self._matrix)

    def refresh(self) -> None:
        """Count again."""
        period, community = self._asked.period, self._asked.community

        def question(connection: Connection) -> tuple[DisputeStatistics, list[CommunityLine]]:
            said = dispute_statistics(connection, period, clocks(connection), community)
            return said, communities(connection)

        self.context.background.ask(self, question, self._show)

    def print(self) -> None:
        """Print the period as a paper."""
        said, day, named = self._said, self.context.today, self._asked.community_name
        if said is None:
            return

        def made(connection: Connection) -> Leaving:
            author = the_post(connection).name
            paper = statistics_paper(said, author=author, made_on=day, community=named)
            return Leaving("纠纷统计", (paper,))

        self._out.print(made)

    def _build(self) -> None:
        self._asked.changed.connect(self.refresh)
        self._asked.printing.connect(self.print)
        self._asked.refused.connect(self.said)
        self._months.chosen.connect(self._open_month)
        self._took.chosen.connect(self._open_days)
        for table in (self._matrix, self._others):
            table.opened.connect(self._open)
        for table in (self._matrix, self._others):
            # Where there is no room for both and the columns, the page scrolls.
            table.setMinimumHeight(self.context.theme.px(TABLE_HIGH))
        left, right = panel(), panel()
        inside = column(left, (16, 12, 16, 12), 8)
        inside.addWidget(label("类型和情况", 14))
        inside.addWidget(self._matrix, 1)
        inside.addWidget(label("从受理到达成协议的天数", 14))
        inside.addWidget(self._took)
        beside = column(right, (16, 12, 16, 12), 8)
        beside.addWidget(label("近十二个月登记", 14))
        beside.addWidget(self._months)
        beside.addWidget(label(OTHERS, 14))
        beside.addWidget(self._others, 1)
        body = row(gap=16)
        body.addWidget(left, 3)
        body.addWidget(right, 2)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addWidget(self._asked)
        outer.addWidget(self._summary)
        outer.addLayout(body, 1)

    def _show(self, answer: tuple[DisputeStatistics, list[CommunityLine]]) -> None:
        said, places = self._said, _ = answer
        self._asked.show_communities(places)
        self._summary.setText(summary(said))
        self.about.emit(self._asked.words)
        counts = [(f"{first.month}月", len(new)) for first, new, _settled in said.months]
        self._months.show_weeks(counts, "{}{}件")
        ended = said.concluded
        took = [(band, len(ids)) for band, ids in ended.by_days.items()]
        self._took.show_weeks(took, "{}{}件")
        heads = [*(RESULT_NAMES[state] for state in STATES), "合计"]
        lines = [self._kind_line(said, kind) for kind, _count in by_kind(said)]
        totals = {state: self._of_state(said, state) for state in STATES}
        all_of = [Number(totals[state], f"登记的纠纷 {RESULT_NAMES[state]}") for state in STATES]
        lines.append(NumberLine("合计", (*all_of, Number(said.registered, "登记的纠纷"))))
        self._matrix.show_lines(heads, lines)
        self._others.show_lines(
            ["件数"],
            [
                *_lines("来源", said.by_source, SOURCE_NAMES),
                *_lines("风险", said.by_risk, RISK_NAMES),
                *_lines("社区", said.by_community, {}),
                *_lines("结论", ended.by_outcome, RESULT_NAMES),
                *_lines("办结", limits(ended), {}),
                *_lines("协议", ended.by_form, FORM_NAMES),
                *_lines("金额", {"写明的": ended.with_amount} if ended.with_amount else {}, {}),
                *_lines("调解人", said.by_mediator, {}),
            ],
        )

    def _kind_line(self, said: DisputeStatistics, kind: str) -> NumberLine:
        of = [said.matrix.get((kind, state), ()) for state in STATES]
        named = [
            Number(ids, f"{KIND_NAMES[kind]}纠纷 {RESULT_NAMES[state]}")
            for state, ids in zip(STATES, of, strict=True)
        ]
        whole = Number(tuple(id_ for ids in of for id_ in ids), f"{KIND_NAMES[kind]}纠纷")
        return NumberLine(KIND_NAMES[kind], (*named, whole))

    @staticmethod
    def _of_state(said: DisputeStatistics, state: str) -> tuple[Id, ...]:
        return tuple(id_ for (_, of), ids in said.matrix.items() if of == state for id_ in ids)

    def _open(self, number: Number) -> None:
        title = f"{self._asked.words} {number.title} {len(number.ids)}件"
        self.context.routes.go("disputes", tab="list", ids=number.ids, title=title)

    def _open_month(self, at: int) -> None:
        if self._said is not None:
            first, ids, _settled = self._said.months[at]
            title = f"{first.year}年{first.month}月登记 {len(ids)}件"
            self.context.routes.go("disputes", tab="list", ids=ids, title=title)

    def _open_days(self, at: int) -> None:
        if self._said is not None:
            band, ids = list(self._said.concluded.by_days.items())[at]
            self._open(Number(ids, f"{band}达成协议"))


def _lines(
    head: str, counted: Mapping[str, tuple[Id, ...]], names: Mapping[str, str]
) -> list[NumberLine]:
    """Return a line for each group that was counted."""
    return [
        NumberLine(
            f"{head}　{names.get(key, key) or NO_WORD}",
            (Number(ids, f"{head}{names.get(key, key)}"),),
        )
        for key, ids in counted.items()
    ]
