"""The screens of the navigation and how they are put over an open ledger."""

from datetime import date
from functools import partial

from PySide6.QtWidgets import QWidget

from db.attaching import collect_orphans
from db.backup import list_backups, second_place
from db.ledger import Ledger
from db.post import the_post
from desktop.admin.accounts import AccountsPage
from desktop.admin.campaigns import CampaignsPage
from desktop.admin.looks import LooksPage
from desktop.admin.post import PostPage
from desktop.background import Background, Progress
from desktop.backup.page import BackupPage
from desktop.care import Care
from desktop.disputes.blanks import BlankFormsPage
from desktop.disputes.board import DisputeBoardPage
from desktop.disputes.numbers import DisputeNumbersPage
from desktop.disputes.page import DisputesPage
from desktop.exports.page import ExportPage
from desktop.history.bin import BinPage
from desktop.history.page import HistoryPage
from desktop.home.page import HomePage
from desktop.imports.page import ImportPage
from desktop.page import Context, Page
from desktop.people.staff import StaffPage
from desktop.people.units import UnitsPage
from desktop.people.volunteers import VolunteersPage
from desktop.places.buildings import BuildingsPage
from desktop.places.page import HouseholdsPage
from desktop.points.doubts import DoubtsPage
from desktop.points.entries import EntriesPage
from desktop.points.fairness import FairnessPage
from desktop.points.page import PointsPage
from desktop.points.scheme import SchemePage
from desktop.reports.page import ReportsPage
from desktop.reviews.page import ReviewsPage
from desktop.rewards.fund import FundPage
from desktop.rewards.page import RewardsPage
from desktop.routes import Routes
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.trainings.page import TrainingsPage
from desktop.visits.doors import BasePage
from desktop.visits.map import MapPage
from desktop.visits.page import VisitsPage
from desktop.visits.records import RecordsPage
from desktop.visits.sheets import SheetsPage
from desktop.widgets.finder import Offer
from desktop.widgets.tabs import Tab, TabbedPage
from desktop.window import Room, Shell

VISITS = (
    Tab("board", "楼栋", VisitsPage),
    Tab("map", "一张图", MapPage),
    Tab("sheets", "走访单", SheetsPage),
    Tab("records", "走访记录", RecordsPage),
    Tab("doors", "应访户", BasePage),
    Tab("homes", "住户", HouseholdsPage),
    Tab("places", "社区楼栋", BuildingsPage),
)
DISPUTES = (
    Tab("list", "清单", DisputesPage),
    Tab("board", "看板", DisputeBoardPage),
    Tab("numbers", "统计", DisputeNumbersPage),
    Tab("blanks", "空白文书", BlankFormsPage),
)
PEOPLE = (
    Tab("volunteers", "人员", VolunteersPage),
    Tab("units", "分户", UnitsPage),
    Tab("staff", "工作人员", StaffPage),
)
POINTS = (
    Tab("month", "积分", PointsPage),
    Tab("doubts", "疑点", DoubtsPage),
    Tab("entries", "手工记分", EntriesPage),
    Tab("fairness", "公平", FairnessPage),
    Tab("rewards", "奖励", RewardsPage),
    Tab("fund", "奖励资金", FundPage),
    Tab("reviews", "考评", ReviewsPage),
)
DATA = (
    Tab("imports", "导入", ImportPage),
    Tab("exports", "导出", ExportPage),
    Tab("backup", "备份", BackupPage),
    Tab("history", "改动记录", HistoryPage),
    Tab("bin", "回收站", BinPage),
)
ADMIN = (
    Tab("campaigns", "走访任务", CampaignsPage),
    Tab("points", "积分办法", SchemePage),
    Tab("post", "警务室", PostPage),
    Tab("accounts", "账号", AccountsPage),
    Tab("looks", "外观", LooksPage),
)
# What a page is also called by those who look for it.
WORDS = {
    "map": "进度 剩下的楼", "records": "走访台账 明细", "doors": "没走访的 剩下的户 尽责",
    "sheets": "打印门牌 任务单", "list": "矛盾纠纷 调解 台账", "numbers": "纠纷统计 成功率 类型",
    "blanks": "空白表格 手写 申请书 协议书 调解记录",
     "homes": "居民 门牌", "places": "小区 村组 改楼号", "units": "联户长",
    "month": "补贴 签领表 公示表 结账", "doubts": "核对", "entries": "加分 扣分", "fairness": "赋分 占比",
    "points": "方案 分值 补贴标准", "rewards": "一事一奖 发放表 公示", "fund": "拨款 余额", "reviews": "网格长 等次 两个月",
    "exports": "Excel 台账 表格 上报", "backup": "优盘 恢复", "history": "操作日志", "bin": "删除 恢复", "looks": "深色 字号 大字",
    "post": "节假日 锁定 主送", "accounts": "密码 用户", "campaigns": "专项行动",
}  # fmt: skip
# Which tab shows the rows of a table.
TAB_OF = {
    "household": "board", "building": "board", "field_sheet": "sheets", "volunteer": "volunteers",
    "staff": "staff", "reward": "rewards", "reward_deposit": "fund", "review": "reviews",
    "point_entry": "entries", "point_month": "month",
}  # fmt: skip


def _visits(context: Context) -> Page:
    return TabbedPage(context, VISITS, TAB_OF)


def _disputes(context: Context) -> Page:
    # Whatever is asked for without a tab's name is a dispute, and stands in the list.
    return TabbedPage(context, DISPUTES, {"": "list", "dispute": "list", "dispute_party": "list"})


def _people(context: Context) -> Page:
    return TabbedPage(context, PEOPLE, TAB_OF)


def _points(context: Context) -> Page:
    return TabbedPage(context, POINTS, TAB_OF)


def _data(context: Context) -> Page:
    return TabbedPage(context, DATA)


def _admin(context: Context) -> Page:
    return TabbedPage(context, ADMIN)


ROOMS = (
    Room("home", "今日", "calendar-check", HomePage),
    Room("visits", "走访", "door-open", _visits),
    Room("disputes", "纠纷", "scale", _disputes),
    Room("trainings", "培训", "graduation-cap", TrainingsPage),
    Room("people", "队伍", "users", _people),
    Room("points", "积分", "award", _points),
    Room("reports", "报表", "file-text", ReportsPage),
    Room("data", "数据", "database", _data),
    Room("admin", "设置", "settings", _admin),
)


def _offers(routes: Routes) -> list[Offer]:
    """What Ctrl+K offers beside the screens: their tabs, and what is often begun."""
    go = routes.go
    tabs = (
        ("visits", VISITS),
        ("disputes", DISPUTES),
        ("people", PEOPLE),
        ("points", POINTS),
        ("data", DATA),
        ("admin", ADMIN),
    )
    titles = {room.name: room.title for room in ROOMS}
    return [
        Offer("登记纠纷", "命令", partial(go, "disputes", new=True), "新的纠纷"),
        Offer("新建楼栋", "命令", partial(go, "visits", tab="places", new=True), "单元 楼层 加户"),
        Offer("新的住户", "命令", partial(go, "visits", tab="homes", new=True), "加一户 门牌"),
        Offer(
            "新的人员", "命令", partial(go, "people", tab="volunteers", new=True), "联户长 网格员"
        ),
        Offer("新的工作人员", "命令", partial(go, "people", tab="staff", new=True), "民警 辅警"),
        Offer(
            "登记奖励", "命令", partial(go, "points", tab="rewards", new=True), "一事一奖 新的奖励"
        ),
        Offer("登记培训", "命令", partial(go, "trainings", new=True), "新的培训 点名 签到"),
        Offer("打印本周周报", "命令", partial(go, "reports"), "报告 导出PDF"),
        *(
            Offer(tab.title, titles[room], partial(go, room, tab=tab.name), WORDS.get(tab.name, ""))
            for room, those in tabs
            for tab in those
        ),
    ]


def lock_minutes(ledger: Ledger) -> int:
    """Return after how many idle minutes the window locks itself; 0 is never."""
    with ledger.read() as connection:
        minutes = the_post(connection).lock_minutes
    return 15 if minutes is None else minutes


def shell_over(
    ledger: Ledger, settings: Settings, theme: Theme, band: QWidget | None = None
) -> Shell:
    """Return the window's inside over an open ledger, with the home page in sight."""
    with ledger.read() as connection:
        post = the_post(connection)
    context = Context(ledger, Background(ledger), Routes(), theme, settings)
    shell = Shell(context, ROOMS, post.name, post.station, _offers(context.routes), band)
    context.routes.go("home")
    tell_backups = partial(_tell_backups, shell)
    tell_backups()
    # A backup's copy that is looked at goes away again; nobody looks after it.
    if band is None:
        Care(context, shell, lambda _: tell_backups())
    context.routes.backed_up.connect(tell_backups)
    context.background.errand(shell, lambda _: collect_orphans(ledger), lambda _: None)
    return shell


def _tell_backups(shell: Shell) -> None:
    """Tell the age of the last backup here and at the second place."""
    ledger = shell.context.ledger

    def job(_: Progress) -> tuple[date | None, int | None]:
        newest = next(iter(list_backups(ledger.place.backups)), None)
        second = second_place(ledger.place.folder)
        return (
            newest.when.astimezone().date() if newest else None,
            second.days(ledger.clock.now()) if second else None,
        )

    shell.context.background.errand(shell, job, lambda told: shell.tell_backup(*told))
