"""The screens of the navigation and how they are put over an open ledger."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from db.agenda import overdue
from db.attaching import collect_orphans
from db.backup import backup_ages
from db.figures.kinds import KINDS
from db.kernel.unsaved import at_hand
from db.ledger import Ledger
from db.post import PostDraft, the_post
from desktop.access.read_only import ReadOnlyBand
from desktop.admin.accounts import AccountsPage
from desktop.admin.campaigns import CampaignsPage
from desktop.admin.keeping import KeepingPage
from desktop.admin.looks import LooksPage
from desktop.admin.post import PostPage
from desktop.background import Background
from desktop.backup.page import BackupPage
from desktop.care import Care
from desktop.compliance.hours import HoursPage
from desktop.compliance.standing import StandingPage
from desktop.disputes.blanks import BlankFormsPage
from desktop.disputes.board import DisputeBoardPage
from desktop.disputes.numbers import DisputeNumbersPage
from desktop.disputes.page import DisputesPage
from desktop.exchange.merging import MergingPage
from desktop.exchange.packing import PackingPage
from desktop.exchange.pairing import PairingPage
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
from desktop.trainings.calendar import CalendarPage
from desktop.trainings.certificates import CertificatesPage
from desktop.trainings.page import TrainingsPage
from desktop.trainings.sheets import SignInPage
from desktop.trainings.walk_ins import WalkInsPage
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
TRAININGS = (
    Tab("list", "清单", TrainingsPage),
    Tab("calendar", "日历", CalendarPage),
    Tab("sign_in", "签到表", SignInPage),
    Tab("walk_ins", "名单外", WalkInsPage),
    Tab("certificates", "培训证明", CertificatesPage),
)
PEOPLE = (
    Tab("volunteers", "人员", VolunteersPage),
    Tab("standing", "达标", StandingPage),
    Tab("hours", "参训时间", HoursPage),
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
    Tab("packing", "打包", PackingPage),
    Tab("merging", "合并", MergingPage),
    Tab("pairing", "配对", PairingPage),
)
ADMIN = (
    Tab("campaigns", "走访任务", CampaignsPage),
    Tab("points", "积分办法", SchemePage),
    Tab("post", "警务室", PostPage),
    Tab("accounts", "账号", AccountsPage),
    Tab("keeping", "保存期限", KeepingPage),
    Tab("looks", "外观", LooksPage),
)
# What a page is also called by those who look for it.
WORDS = {
    "map": "进度 剩下的楼", "records": "走访台账 明细", "doors": "没走访的 剩下的户 尽责",
    "sheets": "打印门牌 任务单", "list": "矛盾纠纷 调解 台账", "numbers": "纠纷统计 成功率 类型",
    "blanks": "空白表格 手写 申请书 协议书 调解记录",
    "calendar": "月历 培训安排", "sign_in": "录签到表 编号", "walk_ins": "没在名单上 并入名册",
    "certificates": "开证明 学时",
     "homes": "居民 门牌", "places": "小区 村组 改楼号", "units": "联户长 没有人负责的单元",
    "standing": "未参训 没见面 每周见面 每月参训", "hours": "到训率 上班时间 下班后 什么时间培训",
    "month": "补贴 签领表 公示表 结账", "doubts": "核对", "entries": "加分 扣分", "fairness": "赋分 占比",
    "points": "方案 分值 补贴标准", "rewards": "一事一奖 发放表 公示", "fund": "拨款 余额", "reviews": "网格长 等次 两个月",
    "exports": "Excel 台账 表格 上报", "backup": "优盘 恢复 核对台账 检查台账", "history": "操作日志", "bin": "删除 恢复", "looks": "深色 字号 大字",
    "post": "节假日 锁定 主送 简报 盖章 页码", "accounts": "密码 用户", "campaigns": "专项行动",
    "keeping": "数据字典 清除 个人信息 到期",
    "packing": "数据包 优盘 带走 下乡", "merging": "数据包 两边登记不同 裁定 同一个人 重复", "pairing": "名片 指纹 另一台电脑 笔记本",
}  # fmt: skip
# What makes a duty begin, end or be overdue.
DUTIES_OF = frozenset({
    "dispute", "dispute_conclusion", "dispute_reopening", "dispute_follow_up", "dispute_session",
    "dispute_extension", "dispute_report", "dispute_closing", "day_off", "post", "review", "volunteer",
    "volunteer_term",
})  # fmt: skip
# Which tab shows the rows of a table.
TAB_OF = {
    "household": "board", "building": "board", "field_sheet": "sheets", "volunteer": "volunteers",
    "staff": "staff", "untrained": "standing", "reward": "rewards", "reward_deposit": "fund", "review": "reviews",
    "point_entry": "entries", "point_month": "month", "erasure": "keeping", "conflict": "merging",
}  # fmt: skip


TABS: Mapping[str, tuple[Tab, ...]] = {
    "visits": VISITS, "disputes": DISPUTES, "trainings": TRAININGS, "people": PEOPLE, "points": POINTS,
    "data": DATA, "admin": ADMIN,
}  # fmt: skip
# Whatever is asked of these without a tab's name is a dispute or a session, and stands in the list.
LISTED: Mapping[str, Mapping[str, str]] = {
    "disputes": {"": "list", "dispute": "list", "dispute_party": "list"},
    "trainings": {"": "list", "training": "list", "sign_in_sheet": "sign_in"},
}


def _tabbed(name: str, context: Context) -> Page:
    return TabbedPage(context, TABS[name], LISTED.get(name, TAB_OF))


ROOMS = (
    Room("home", "今日", "calendar-check", HomePage),
    Room("visits", "走访", "door-open", partial(_tabbed, "visits")),
    Room("disputes", "纠纷", "scale", partial(_tabbed, "disputes")),
    Room("trainings", "培训", "graduation-cap", partial(_tabbed, "trainings")),
    Room("people", "队伍", "users", partial(_tabbed, "people")),
    Room("points", "积分", "award", partial(_tabbed, "points")),
    Room("reports", "报表", "file-text", ReportsPage),
    Room("data", "数据", "database", partial(_tabbed, "data")),
    Room("admin", "设置", "settings", partial(_tabbed, "admin")),
)


def _offers(routes: Routes) -> list[Offer]:
    """What Ctrl+K offers beside the screens: their tabs, and what is often begun."""
    go = routes.go
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
        Offer(
            "未参训名单", "名单", partial(go, "people", entity="untrained"), "本月没参训的人 达标"
        ),
        Offer("登记培训", "命令", partial(go, "trainings", new=True), "新的培训 点名 签到 系列"),
        *(
            Offer(f"打印{of.report}", "命令", partial(go, "reports", kind=name), "报告 导出PDF")
            for name, of in KINDS.items()
        ),
        *(
            Offer(tab.title, titles[room], partial(go, room, tab=tab.name), WORDS.get(tab.name, ""))
            for room, those in TABS.items()
            for tab in those
        ),
    ]


def lock_minutes(ledger: Ledger) -> int:
    """Return after how many idle minutes the window locks itself; 0 is never."""
    with ledger.read() as connection:
        return _minutes(the_post(connection))


def _minutes(post: PostDraft) -> int:
    return 15 if post.lock_minutes is None else post.lock_minutes


def shell_over(
    ledger: Ledger, settings: Settings, theme: Theme, band: QWidget | None = None
) -> Shell:
    """Return the window's inside over an open ledger, with the home page in sight."""
    with ledger.read() as connection:
        post = the_post(connection)
    barred = "" if band is None else "这是备份，只能看、不能改"
    if band is None and ledger.place.read_only:
        band, barred = ReadOnlyBand(), "台账在只读的地方，只能看、不能改"
    context = Context(ledger, Background(ledger), Routes(), theme, settings, barred)
    shell = Shell(context, ROOMS, post.name, post.station, _offers(context.routes), band)
    context.routes.go("home")
    _tell_backups(shell)
    context.background.backed_up.connect(partial(_tell_backups, shell))
    _tell_overdue(shell)
    shell.day.turned.connect(partial(_tell_overdue, shell))
    shell.day.turned.connect(partial(_tell_backups, shell))
    context.background.changed.connect(lambda done: _tell_overdue(shell, done.touched))
    context.background.taken_in.connect(partial(_tell_overdue, shell))
    context.background.changed.connect(lambda done: _tell_post(shell, done.touched))
    context.background.taken_in.connect(partial(_tell_post, shell))
    context.background.ask(
        shell,
        lambda connection: at_hand(connection, ledger.unsaved()),
        lambda left: _tell_unsaved(shell, left),
    )
    # Nobody looks after what cannot be written, nor after a backup's copy, which goes away again.
    if band is None and not ledger.undecided:
        look_after(shell)
    return shell


def look_after(shell: Shell) -> None:
    """Begin what the window does for an open ledger by itself; not before a person may write in it."""
    context, work = shell.context, shell.context.background
    Care(context, shell).said.connect(shell.toast.say)

    def collect(_: None) -> None:
        work.errand(shell, lambda _: collect_orphans(context.ledger), lambda _: None)

    # Behind all that was asked for the screens, not beside it.
    work.ask(shell, lambda _: None, collect)


def show_backups(shell: Shell) -> None:
    """Lead to the backups."""
    shell.context.routes.go("data", tab="backup")


def _tell_overdue(shell: Shell, touched: Iterable[str] = DUTIES_OF) -> None:
    """Tell how much of the day's list is overdue, if something of it was touched."""
    if DUTIES_OF.isdisjoint(touched):
        return
    day = shell.context.today
    shell.context.background.ask(
        shell,
        lambda connection: overdue(connection, day),
        partial(shell.tell_overdue, "home"),
    )


def _tell_post(shell: Shell, touched: Iterable[str]) -> None:
    """Tell how the post is called now, and when the window is to lock itself."""

    def told(post: PostDraft) -> None:
        shell.tell_post(post.name, post.station)
        shell.locks_after.emit(_minutes(post))

    if "post" in touched:
        shell.context.background.ask(shell, the_post, told)


def _tell_backups(shell: Shell) -> None:
    """Tell the age of the last backup here and at the second place."""
    ledger = shell.context.ledger
    shell.context.background.errand(
        shell, lambda _: backup_ages(ledger.place.root, ledger.clock.now()), shell.tell_backup
    )


def _tell_unsaved(shell: Shell, left: Mapping[str, Mapping[str, Any]]) -> None:
    """Say what waits on pages that are not open yet."""
    # Who walks and what about stay from visit to visit; nobody waits for them.
    visit = left.get("走访", {})
    told = [form for form in left if form != "走访" or visit.get("发现") or visit.get("备注")]
    if told:
        shell.toast.say(f"上次填的还没有保存：{'、'.join(told)}。打开那一页接着填。")
