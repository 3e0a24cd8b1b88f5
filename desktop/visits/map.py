"""一张图 of the post: every building a tile, by campaign and community."""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from sqlalchemy import Connection

from db.coverage import BuildingLine, building_progress
from db.kernel.dates import month_day
from db.kernel.ids import Id
from desktop.page import Context, Page
from desktop.visits.campaigns import NONE, CampaignBox, Choice, choice
from desktop.visits.overview import Overview, building_words
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import column, fill, label, panel, row
from desktop.widgets.scrolling import scrolling

EMPTY = "还没有楼栋：到“社区楼栋”新建，或到“数据”导入台账"
HINT = "方向键选楼栋，Enter 打开"
LEGEND = "横条是走访的进度，全绿的走访完了"


class MapPage(Page):
    """Which buildings are left; Enter opens one on the board."""

    title: ClassVar[str] = "一张图"
    watches: ClassVar[frozenset[str]] = frozenset(
        ("visit", "household", "campaign", "building", "community")
    )
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("方向键", "在楼栋间移动"),
        ("Enter", "打开这栋楼"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._lines: Sequence[BuildingLine] = ()
        self._wanted: Id | None = None
        self._campaign, self._community = CampaignBox(), QComboBox()
        self._map = Overview(context.theme, named=True)
        self._about, self._foot = label(tone="second"), label(wrap=True)
        self._build()
        self.setFocusProxy(self._map)

    def refresh(self) -> None:
        """Count every building by the campaign chosen, else by the day's."""
        wanted, day = self._wanted, self.context.today

        def question(connection: Connection) -> tuple[Choice, list[BuildingLine]]:
            found = choice(connection, wanted, day)
            return found, building_progress(connection, found.campaign, found.day)

        self.context.background.ask(self, question, self._counted)

    def _build(self) -> None:
        self._community.setAccessibleName("社区")
        self._community.addItem("全部社区", None)
        head = FlowLayout(gap=10)
        for widget in (self._campaign, self._community, self._about):
            head.addWidget(widget)
        self._scroll = scrolling(self._map)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        frame = panel()
        column(frame, (14, 10, 6, 10)).addWidget(self._scroll)
        foot = row(gap=18)
        foot.addWidget(self._foot, 1)
        foot.addWidget(label(LEGEND, 12, "second"))
        outer = column(self, (20, 12, 20, 12), 10)
        outer.addLayout(head)
        outer.addWidget(frame, 1)
        outer.addLayout(foot)
        self._campaign.activated.connect(lambda _: self._choose_campaign())
        self._campaign.finished.connect(self._map.setFocus)
        self._community.activated.connect(lambda _: self._show())
        self._map.moved.connect(lambda _: self._tell())
        self._map.chosen.connect(
            lambda id_: self.context.routes.go("visits", entity="building", record=id_)
        )

    def _choose_campaign(self) -> None:
        self._wanted = self._campaign.currentData()
        self.refresh()

    def _counted(self, answer: tuple[Choice, list[BuildingLine]]) -> None:
        found, self._lines = answer
        self._campaign.show_choice(found.others, found.campaign)
        names = {line.community: line.community_name for line in self._lines}
        fill(self._community, [(name, id_) for id_, name in names.items()], first=1)
        campaign, end = found.campaign, found.day
        span = f"{month_day(campaign.start)}至{month_day(end)}"
        self.about.emit(f"{campaign.name or NONE}　{span}")
        self._show()

    def _show(self) -> None:
        community = self._community.currentData()
        lines = [line for line in self._lines if community in (None, line.community)]
        ids = [line.building for line in lines]
        current = self._map.current
        was = current.building if current is not None else None
        self._map.show_lines(lines, was if was in ids else next(iter(ids), None))
        base, left = sum(line.base for line in lines), sum(line.remaining for line in lines)
        whole = sum(1 for line in lines if line.base and not line.remaining)
        self._about.setText(
            f"{len(lines)}栋，走访完{whole}栋；应访{base:,}户，剩{left:,}户" if lines else EMPTY
        )
        self._tell()

    def _tell(self) -> None:
        current = self._map.current
        self._foot.setText(building_words(current) if current is not None else HINT)
        at = self._map.rect_of_current.center()
        self._scroll.ensureVisible(at.x(), at.y(), 60, 60)
