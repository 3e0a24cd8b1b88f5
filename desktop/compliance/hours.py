"""参训时间: who comes to trainings at what hour, in words, as a chart and in numbers."""

from typing import ClassVar

from sqlalchemy import Connection

from db.compliance.hours import Band, Gap, Pair, Turnout, attendance_gap, seats
from db.compliance.suggested import Suggested, suggested
from db.figures.rates import percent
from db.kernel.workdays import Period
from db.people import OCCUPATION_NAMES
from db.places import CommunityLine, communities
from db.post import the_post
from desktop.page import Context, Page
from desktop.paper.training_hours import (
    BAND_NAMES,
    NO_WORD,
    advice,
    hours_paper,
    slot_name,
    summary,
)
from desktop.paper.words import rate
from desktop.paper_out import Leaving, PaperOut
from desktop.widgets.asked import AskedLine
from desktop.widgets.numbers import Number, NumberLine, NumberTable
from desktop.widgets.pairs import Bar, PairChart
from desktop.widgets.parts import Sentences, column, label, panel, row
from desktop.words import clock_words

HEADS = (
    "场次", "应到", "到训率", "在职个体 应到", "实到", "到训率", "退休无业 应到", "实到", "到训率",
)  # fmt: skip
GROUPS = ("在职个体", "退休无业")
LEAST_HEIGHT = 180
TRAININGS = "trainings"


class HoursPage(Page):
    """A year of sessions unless other days are asked for; every number opens its rows."""

    title: ClassVar[str] = "参训时间"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "training",
            "attendance",
            "volunteer",
            "volunteer_term",
            "community",
            "post",
            "day_off",
        )
    )
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("方向键", "在数字间移动；图上选一根柱"),
        ("Enter", "打开数字后面的人或培训"),
        ("Ctrl+C", "复制整张表，可以贴进 Excel"),
        ("Ctrl+P", "打印这份分析"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._out = PaperOut(self)
        self._asked = AskedLine("近一年", lambda: context.today)
        self._gap: Gap | None = None
        self._times: list[Suggested] = []
        self._summary, self._advice = Sentences(), label(pixels=14, wrap=True)
        self._hours = label(tone="second", wrap=True)
        self._chart = PairChart(context.theme, GROUPS)
        self._table = NumberTable("各个时间、各种职业")
        self._table.setMinimumHeight(context.theme.px(LEAST_HEIGHT))
        self._build()
        self.setFocusProxy(self._table)

    def refresh(self) -> None:
        """Count again."""
        asked, community = self._asked.period, self._asked.community
        period = Period(asked.start, min(asked.end, self.context.today))

        def question(connection: Connection) -> tuple[Gap, list[Suggested], list[CommunityLine]]:
            gap = attendance_gap(connection, period, community)
            times = suggested(seats(connection, period, gap.hours, community))
            return gap, times, communities(connection)

        self.context.background.ask(self, question, self._show)

    def print(self) -> None:
        """Print what is said and the numbers as a paper."""
        gap, times, day = self._gap, self._times, self.context.today
        named = self._asked.community_name
        if gap is None:
            return

        def made(connection: Connection) -> Leaving:
            author = the_post(connection).name
            paper = hours_paper(gap, times, author=author, made_on=day, community=named)
            return Leaving("到训时间分析", (paper,))

        self._out.print(made)

    def _build(self) -> None:
        outer = column(self, (20, 12, 20, 14), 12)
        outer.addWidget(self._asked)
        outer.addWidget(self._summary)
        left, right = panel(), panel()
        inside = column(left, (16, 12, 16, 12), 8)
        inside.addWidget(label("到训率", 14))
        inside.addWidget(self._chart, 1)
        beside = column(right, (16, 12, 16, 12), 8)
        beside.addWidget(label("换个时间", 14))
        beside.addWidget(self._advice)
        beside.addStretch()
        beside.addWidget(self._hours)
        upper = row(gap=16)
        upper.addWidget(left, 3)
        upper.addWidget(right, 2)
        outer.addLayout(upper, 2)
        below = panel()
        column(below, (16, 12, 16, 12)).addWidget(self._table)
        outer.addWidget(below, 3)
        self._table.opened.connect(self._open)
        self._chart.chosen.connect(self._open_bar)
        self._asked.changed.connect(self.refresh)
        self._asked.printing.connect(self.print)
        self._asked.refused.connect(self.said)

    def _show(self, answer: tuple[Gap, list[Suggested], list[CommunityLine]]) -> None:
        gap, times, places = answer
        self._gap, self._times = gap, times
        self._asked.show_communities(places)
        self._summary.setText("".join(summary(gap)))
        self._advice.setText(advice(times))
        start, end = clock_words(gap.hours.start), clock_words(gap.hours.end)
        self._hours.setText(f"当地上班时间{start}—{end}，在“设置、警务室”里改；节假日按节假日表。")
        self.about.emit(self._asked.words)
        self._chart.show_pairs(
            [
                (BAND_NAMES[band], (_bar(pair.in_work), _bar(pair.free)))
                for band, pair in gap.by_band.items()
            ]
        )
        lines = [_pair_line("全部", gap.whole)]
        lines += [_pair_line(BAND_NAMES[band], pair) for band, pair in gap.by_band.items()]
        lines += [_pair_line(slot_name(slot), pair) for slot, pair in gap.by_slot.items()]
        lines += [
            _line(f"职业　{OCCUPATION_NAMES.get(of, NO_WORD)}", told)
            for of, told in gap.by_occupation.items()
        ]
        self._table.show_lines(HEADS, lines if gap.by_slot else [])

    def _open(self, number: Number) -> None:
        words = self._asked.words
        ids = tuple(dict.fromkeys(number.ids))
        if number.title.endswith("场次"):
            self.context.routes.go(TRAININGS, ids=ids, title=f"{words} {number.title} {len(ids)}场")
            return
        told = f"{words} {number.title} {len(number.ids)}人次"
        if len(ids) < len(number.ids):
            told += f"，在{len(ids)}人上"
        self.context.routes.go("people", tab="volunteers", ids=ids, title=told)

    def _open_bar(self, at: int, of: int) -> None:
        if self._gap is not None:
            band: Band = list(self._gap.by_band)[at]
            pair = self._gap.by_band[band]
            told = (pair.in_work, pair.free)[of]
            self._open(Number(told.expected, f"{BAND_NAMES[band]} {GROUPS[of]} 应到"))


def _bar(told: Turnout) -> Bar:
    return Bar(len(told.expected), len(told.present), _rate(told))


def _rate(told: Turnout) -> str:
    return rate(percent(len(told.present), len(told.expected)))


def _pair_line(name: str, pair: Pair) -> NumberLine:
    first = _line(name, pair.whole)
    groups = [
        number
        for group, told in zip(GROUPS, (pair.in_work, pair.free), strict=True)
        for number in _numbers(f"{name} {group}", told)
    ]
    return NumberLine(name, (*first.numbers[:3], *groups))


def _line(name: str, told: Turnout) -> NumberLine:
    called = name.replace("　", " ")
    expected, _present, share = _numbers(called, told)
    nothing = tuple(Number((), "") for _ in HEADS[3:])
    sessions = Number(told.sessions, f"{called} 场次")
    return NumberLine(name, (sessions, expected, share, *nothing))


def _numbers(called: str, told: Turnout) -> tuple[Number, Number, Number]:
    return (
        Number(told.expected, f"{called} 应到"),
        Number(told.present, f"{called} 实到"),
        Number(told.expected, f"{called} 应到", _rate(told)),
    )
