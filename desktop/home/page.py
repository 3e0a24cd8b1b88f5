"""今日: the cards of the week, what is due, how far the campaign is, the last weeks."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget
from sqlalchemy import Connection

from db.agenda import AgendaItem, agenda
from db.backup import BackupAges, backup_ages
from db.coverage import CoverageLine
from db.figures.behind import Block, Figure, Records
from db.kernel.access import Right
from db.kernel.dates import month_day
from db.kernel.workdays import Period, Week
from db.places.lists import any_home
from db.progress import progress
from db.this_week import WeekSoFar, week_so_far, weekly_households
from db.visits import CampaignLine
from desktop.field_sheets import SheetPrinter
from desktop.figures import open_records, open_rows
from desktop.home.parts import Card, DueList, figure_button, titled_panel
from desktop.page import Context, Page
from desktop.paper.words import share, signed
from desktop.widgets.bars import CoverageBar, WeekChart
from desktop.widgets.parts import Tone, button, clear, column, label, row, set_tone
from desktop.widgets.start import Start
from desktop.words import backup_words, long_day

OPENS = {
    "building": "visits",
    "field_sheet": "visits",
    "dispute": "disputes",
    "training": "trainings",
    "review": "points",
    "sign_in_sheet": "trainings",
    "untrained": "people",
    "erasure": "admin",
    "conflict": "data",
}


# Which figure a key of the cards stands for, and what is said of its rows.
FIGURES: Final[dict[str, tuple[Block, str, str]]] = {
    "households": ("visits", "households", "走访户数，每户一次"),
    "households_before": ("visits", "households", "走访户数，每户一次"),
    "records": ("visits", "records", "走访次数"),
    "new": ("disputes", "new", "新登记纠纷"),
    "new_before": ("disputes", "new", "新登记纠纷"),
    "resolved": ("disputes", "resolved", "调解成功"),
    "open_at_end": ("disputes", "open_at_end", "到今天在办"),
    "rate": ("trainings", "rate", "培训"),
    "expected": ("trainings", "expected", "培训应到"),
    "rate_before": ("trainings", "rate", "培训"),
}

MOST_NAMED: Final = 3
# An older backup is told as late: it is a week's typing that a dead disk would take.
BACKUP_DAYS: Final = 7


@dataclass(frozen=True)
class Today:
    """All that the page shows, asked for in one go so that its numbers fit each other."""

    due: list[AgendaItem]
    week: WeekSoFar
    weeks: list[tuple[Week, int]]
    campaign: CampaignLine
    communities: list[CoverageLine]
    homes: bool


class HomePage(Page):
    """What is due today and how the week goes; every number opens the rows behind it."""

    title: ClassVar[str] = "今日"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "visit", "household", "campaign", "dispute", "dispute_conclusion", "dispute_follow_up",
            "dispute_extension", "dispute_report", "dispute_reopening", "dispute_session",
            "day_off", "post", "training", "attendance", "field_sheet", "sign_in_sheet", "review",
            "volunteer", "volunteer_term", "erasure", "erasure_proposal", "site_seen", "account",
            "building", "community", "dispute_closing", "dispute_party",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("↑　↓", "选一件要做的"),
        ("Enter", "打开它"),
        ("Ctrl+P", "打印走访单：选中的走访（Shift 或 Ctrl 选几件），没有选中的就是单子上全部"),
        ("Tab", "到数字上，Enter 打开它数的那些记录"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        self._today: Today | None = None
        self._cards = {
            "走访": Card("走访", "households", ("records",), ("households_before",)),
            "纠纷": Card("纠纷", "new", ("resolved",), ("new_before", "open_at_end", "overdue")),
            "到训率": Card("到训率", "rate", ("expected",), ("rate_before",)),
            "走访进度": Card("走访进度", "coverage", ("done",), ("remaining",)),
        }
        for card in self._cards.values():
            card.wanted.connect(self._open_figure)
        self._due = DueList(theme)
        self._due.wanted.connect(self._open_due)
        self._due_about = label(tone="second")
        self._late = figure_button(self._due.show_late, "late")
        go = context.routes.go
        self._start = Start(
            "台账里还没有住户",
            "有 Excel 台账就导入，各样的表头都能认；没有就先建楼栋，几层几户填好，一栋楼的户一次建齐。",
            (
                ("导入台账", lambda: go("data", tab="imports")),
                ("新建楼栋", lambda: go("visits", tab="places", new=True)),
            ),
        )
        self._start.hide()
        self._print = button("打印走访单　Ctrl+P", self.print_sheet, kind="link")
        self._print.setShortcut("Ctrl+P")
        self._print.setEnabled(context.may(Right.WRITE))
        self._printer = SheetPrinter(context, self)
        self._printer.said.connect(self.said)
        self._backup = figure_button(partial(go, "data", tab="backup"), "second")
        context.background.backed_up.connect(self._ask_backup)
        self._progress_about = label(tone="second")
        self._communities = QWidget()
        self._lines = QGridLayout(self._communities)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setHorizontalSpacing(14)
        self._chart = WeekChart(theme)
        self._chart.chosen.connect(self._open_week)
        self.setFocusProxy(self._due)
        self._build()

    def refresh(self) -> None:
        """Ask again for all of it."""
        day = self.context.today
        self.about.emit(f"{long_day(day)}　{Week.of(day).year}年第{Week.of(day).number}周")

        def question(connection: Connection) -> Today:
            counted = progress(connection, day)
            return Today(
                agenda(connection, day, counted),
                week_so_far(connection, day),
                weekly_households(connection, day),
                counted.campaign,
                counted.communities,
                any_home(connection),
            )

        self.context.background.ask(self, question, self._show)
        self._ask_backup()

    def print_sheet(self) -> None:
        """Print the walks that are chosen, or all of the list, as one numbered sheet."""
        today = self._today
        if today is None or not self._print.isEnabled():
            return
        walks = [item for item in self._due.chosen() if item.doors]
        walks = walks or [item for item in today.due if item.doors]
        doors = [door for item in walks for door in item.doors]
        if not doors:
            self.said.emit("单子上没有要走访的户")
            return
        where = [item.text.partition(" ")[0] for item in walks]
        title = "、".join(where[:MOST_NAMED]) + ("等" if len(where) > MOST_NAMED else "")
        self._printer.print(title, doors, today.campaign.id or None)

    def _build(self) -> None:
        outer = column(self, (20, 16, 20, 16), 16)
        cards = row(gap=14)
        for card in self._cards.values():
            cards.addWidget(card, 1)
        outer.addLayout(cards)
        lower = row(gap=14)
        due, put = titled_panel("今天要做的", self._late, self._due_about)
        below = QWidget()
        inside = column(below, gap=4)
        inside.addWidget(self._start, 1)
        inside.addWidget(self._due, 1)
        foot = row(gap=10)
        foot.addWidget(self._backup)
        foot.addStretch()
        foot.addWidget(self._print)
        inside.addLayout(foot)
        put(below)
        lower.addWidget(due, 5)
        right = column(gap=14)
        self._coverage, put = titled_panel("走访进度", self._progress_about)
        put(self._communities)
        chart, put = titled_panel("本周与前八周（户）")
        put(self._chart)
        right.addWidget(self._coverage)
        right.addWidget(chart, 1)
        lower.addLayout(right, 3)
        outer.addLayout(lower, 1)

    def _ask_backup(self) -> None:
        ledger, day = self.context.ledger, self.context.today

        def found(ages: BackupAges) -> None:
            self._backup.setText("　".join(filter(None, backup_words(ages, day))))
            self._backup.setAccessibleName(self._backup.text())
            old = ages.last is None or not 0 <= (day - ages.last).days <= BACKUP_DAYS
            late = old or ages.late or ages.lost > 0
            set_tone(self._backup, "late" if late else "second")

        self.context.background.errand(
            self, lambda _: backup_ages(ledger.place.root, ledger.clock.now()), found
        )

    def _show(self, today: Today) -> None:
        self._today = today
        self._due.show_items(today.due)
        doors = sum(item.kind == "走访" for item in today.due)
        begun = self._due.hasFocus()
        self._start.setVisible(not today.homes)
        self._due.setVisible(today.homes or bool(today.due))
        self._print.setVisible(bool(doors))
        self._coverage.setVisible(today.homes)
        self.setFocusProxy(self._due if today.homes else self._start)
        if begun:
            self.setFocus()
        late = sum(item.urgency == "late" for item in today.due)
        self._late.setText(f"逾期{late}项")
        self._late.setVisible(late > 0)
        about = "走访和回访按楼道顺序" if doors else ""
        if not today.due:
            about = "没有到期的事，可以去走访" if today.homes else ""
        self._due_about.setText(about)
        self._chart.show_weeks([(str(week.number), homes) for week, homes in today.weeks])
        self._show_cards(today)
        self._show_progress(today)

    def _show_cards(self, today: Today) -> None:
        week, cards = today.week, self._cards
        more = week.households - week.households_before
        cards["走访"].show_figures(
            "户",
            households=f"{week.households:,}",
            records=f"{week.records:,}次",
            households_before=f"比上周同期{signed(week.households, week.households_before)}户"
            if more
            else "与上周同期持平",
        )
        tone: Tone = "done" if more > 0 else "tries" if more < 0 else "second"
        cards["走访"].set_figure_tone("households_before", tone)
        cards["纠纷"].show_figures(
            "件新增",
            new=str(week.disputes_new),
            resolved=f"{week.disputes_resolved}件化解",
            new_before=f"上周{week.disputes_new_before}件",
            open_at_end=f"在办{week.disputes_open}件",
            overdue=f"逾期{week.overdue}项" if week.overdue else "",
        )
        cards["纠纷"].set_figure_tone("overdue", "late")
        rate, before = week.training_rate, week.training_rate_before
        cards["到训率"].show_figures(
            "" if rate else "本周还没有培训",
            rate=f"{rate}%" if rate else "—",
            expected=f"应到{week.training_expected}人次" if rate else "",
            rate_before=f"上周同期{before}%" if before else "上周同期没有培训",
        )
        base = sum(line.base for line in today.communities)
        done = sum(line.done for line in today.communities)
        left = sum(line.remaining for line in today.communities)
        cards["走访进度"].show_figures(
            "",
            coverage=share(done, base),
            done=f"已访{done:,}户",
            remaining=f"还剩{left:,}户",
        )

    def _show_progress(self, today: Today) -> None:
        campaign = today.campaign
        span = f"{month_day(campaign.start)}—{month_day(campaign.end)}"
        self._progress_about.setText(f"{campaign.name}　{span}" if campaign.name else "近一年")
        clear(self._lines)
        for at, (_, name, base, done, exhausted) in enumerate(today.communities):
            bar = CoverageBar(self.context.theme, base, done, exhausted)
            rate = figure_button(partial(self._open_coverage, "base", name), "second")
            rate.setText(share(done, base))
            rate.setAccessibleName(f"{name} {rate.text()}")
            self._lines.addWidget(label(name, 12), at, 0)
            self._lines.addWidget(bar, at, 1, Qt.AlignmentFlag.AlignVCenter)
            self._lines.addWidget(rate, at, 2, Qt.AlignmentFlag.AlignRight)
        self._lines.setColumnStretch(1, 1)

    def _open_due(self, item: AgendaItem) -> None:
        what: dict[str, Any] = {"entity": item.entity, "record": item.record, "doors": item.doors}
        self.context.routes.go(OPENS[item.entity], **what)

    def _open_figure(self, key: str) -> None:
        if self._today is None:
            return
        if key in ("coverage", "done", "remaining"):
            self._open_coverage("base" if key == "coverage" else key, "")
            return
        if key == "overdue":
            ids = self._today.week.overdue_behind
            title = f"今天以前到期的 逾期{len(ids)}项"
            open_records(self.context, Records("dispute", ids), title)
            return
        block, name, words = FIGURES[key]
        now = Period(Week.of(self.context.today).period.start, self.context.today)
        if key.endswith("_before"):
            now = Period(now.start - timedelta(days=7), now.end - timedelta(days=7))
        when = "上周同期" if key.endswith("_before") else "本周"
        open_rows(self.context, self, Figure(block, name, now), f"{when} {words}")

    def _open_coverage(self, part: str, community: str) -> None:
        if self._today is None:
            return
        campaign, day = self._today.campaign, self.context.today
        figure = Figure("coverage", part, Period(day, day), community, campaign)
        words = {"base": "应访户", "done": "已走访", "remaining": "剩余"}[part]
        title = " ".join(word for word in (campaign.name or "近一年", community, words) if word)
        open_rows(self.context, self, figure, title)

    def _open_week(self, at: int) -> None:
        if self._today is not None:
            week, homes = self._today.weeks[at]
            period = Period(week.period.start, min(week.period.end, self.context.today))
            figure = Figure("visits", "households", period)
            open_rows(self.context, self, figure, f"第{week.number}周 走访户数 {homes:,}户")
