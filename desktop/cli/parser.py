"""The grammar of the command line: names, options and the words that explain them."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from db.figures.kinds import KINDS
from desktop.cli.asked import OpenWindow
from desktop.cli.usage import Parser

# How spans are written is shown with a day of the sample.
_LIKE = date(2026, 3, 18)


Handler: TypeAlias = Callable[[argparse.Namespace], int | OpenWindow]


@dataclass(frozen=True)
class Later:
    """A handler whose module is loaded only when it is called: a start must stay quick."""

    module: str
    name: str

    def load(self) -> Handler:
        """Return the handler itself; raises ImportError or AttributeError where it is not there."""
        handler: Handler = getattr(import_module(self.module), self.name)
        return handler

    def __call__(self, arguments: argparse.Namespace) -> int | OpenWindow:
        """Load it and carry the command out."""
        return self.load()(arguments)


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def _shared(writes: bool = True) -> Parser:  # noqa: FBT001, FBT002
    parent = Parser(add_help=False)
    parent.add_argument(
        "--data", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="台账所在的文件夹"
    )
    if writes:
        parent.add_argument("--user", help="登录名（只有一个账号时可以不写）")
    parent.add_argument("--password-file", type=Path, metavar="F", help="从文件里读密码")
    return parent


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = Parser(
        prog="policepost", description="警务室台账：离线、加密的走访、调解、培训台账和周报"
    )
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="台账所在的文件夹")
    parser.set_defaults(handler=None)
    commands = parser.add_subparsers(title="命令", metavar="命令", parser_class=Parser)
    shared = _shared()
    _add_ledger_commands(commands, shared)
    _add_data_commands(commands, shared)
    _add_report_commands(commands, shared)
    _add_sheet_commands(commands, shared)
    _add_points_commands(commands, shared)
    _add_exchange_commands(commands, shared)
    demo = commands.add_parser("demo", help="用样例台账演示：新建、导入、出周报")
    demo.add_argument(
        "--out", type=Path, default=Path("demo"), metavar="DIR", help="放演示台账和周报的文件夹"
    )
    demo.add_argument("--no-window", action="store_true", help="不打开窗口")
    demo.set_defaults(handler=Later("desktop.cli.demo", "demo"))
    selftest = commands.add_parser("selftest", help="看看这台电脑的字体、打印机、加密、磁盘、屏幕")
    selftest.set_defaults(handler=Later("desktop.cli.selftest", "selftest"))
    return parser


def _add_ledger_commands(commands: Commands, shared: Parser) -> None:
    new = commands.add_parser("new", parents=[_shared(writes=False)], help="新建台账")
    new.add_argument("--post", required=True, metavar="NAME", help="警务室名称，如 三号警务室")
    new.add_argument("--station", required=True, metavar="NAME", help="派出所名称，如 示范派出所")
    new.add_argument("--code", default="", help="编号里用的代号，如 三号")
    new.add_argument("--officer", default="民警", metavar="NAME", help="第一个民警账号的登录名")
    new.add_argument("--recovery-code-file", type=Path, metavar="F", help="把恢复码写进这个文件")
    new.set_defaults(handler=Later("desktop.cli.ledger", "new"))
    check = commands.add_parser("check", parents=[shared], help="检查台账是否完好")
    check.add_argument("--mend", action="store_true", help="重建坏了的索引，从备份找回缺的附件")
    check.set_defaults(handler=Later("desktop.cli.check", "check_ledger"))
    backup = commands.add_parser("backup", parents=[shared], help="备份并核验")
    backup.add_argument("--to", type=Path, metavar="FOLDER", help="备份到别处，如优盘")
    backup.set_defaults(handler=Later("desktop.cli.ledger", "back_up"))
    restore = commands.add_parser("restore", parents=[shared], help="从备份恢复")
    restore.add_argument("backup", type=Path, metavar="BACKUP", help="备份的文件夹")
    restore.set_defaults(handler=Later("desktop.cli.ledger", "restore"))
    history = commands.add_parser("history", parents=[shared], help="看谁做过什么")
    history.add_argument("--limit", type=int, default=20, help="最多几条")
    history.set_defaults(handler=Later("desktop.cli.ledger", "history"))
    undo = commands.add_parser("undo", parents=[shared], help="撤销一步操作")
    undo.add_argument("command", type=int, metavar="COMMAND", help="history 里的号码")
    undo.set_defaults(handler=Later("desktop.cli.ledger", "undo"))
    account = commands.add_parser(
        "account", help="账号：add 新增，remove 停用，password 改密码，recovery 换恢复码"
    )
    actions = account.add_subparsers(
        metavar="add|remove|password|recovery|list", required=True, parser_class=Parser
    )
    add = actions.add_parser("add", parents=[shared], help="新增账号")
    add.add_argument("name", metavar="NAME", help="登录名")
    add.add_argument("--role", required=True, help="民警、辅警、社区工作者、查阅")
    add.add_argument("--new-password-file", type=Path, metavar="F", help="从文件里读新账号的密码")
    add.set_defaults(handler=Later("desktop.cli.ledger", "account_add"))
    remove = actions.add_parser("remove", parents=[shared], help="停用账号")
    remove.add_argument("name", metavar="NAME", help="登录名")
    remove.set_defaults(handler=Later("desktop.cli.ledger", "account_remove"))
    password = actions.add_parser("password", parents=[shared], help="改密码，或用恢复码重设")
    password.add_argument("name", nargs="?", metavar="NAME", help="登录名（默认是自己）")
    password.add_argument("--new-password-file", type=Path, metavar="F", help="从文件里读新密码")
    password.add_argument(
        "--recovery-code-file",
        type=Path,
        metavar="F",
        help="用文件里的恢复码重设；新恢复码写回这个文件",
    )
    password.set_defaults(handler=Later("desktop.cli.ledger", "account_password"))
    recovery = actions.add_parser(
        "recovery", parents=[shared], help="换一个恢复码，旧的作废（民警）"
    )
    recovery.add_argument(
        "--recovery-code-file", type=Path, metavar="F", help="把新恢复码写进文件，不显示"
    )
    recovery.set_defaults(handler=Later("desktop.cli.ledger", "account_recovery"))
    listing = actions.add_parser("list", parents=[shared], help="列出账号")
    listing.set_defaults(handler=Later("desktop.cli.ledger", "account_list"))


def _add_data_commands(commands: Commands, shared: Parser) -> None:
    into = commands.add_parser("import", parents=[shared], help="导入 Excel、CSV 台账")
    into.add_argument("files", nargs="+", type=Path, metavar="FILE")
    into.add_argument(
        "--kind", metavar="K", help="指明种类：households volunteers visits disputes trainings"
    )
    into.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="表头=栏目",
        help="指明一列，如 门牌号=room，可写多次",
    )
    into.add_argument("--dry-run", action="store_true", help="只预览，不写入")
    into.add_argument("--rejected", type=Path, metavar="out.xlsx", help="把退回的行写成工作簿")
    into.add_argument("--json", action="store_true", help="用 JSON 报告结果")
    into.set_defaults(handler=Later("desktop.cli.data", "import_files"))
    campaign = commands.add_parser("campaign", help="走访任务：add 设立，list 列出")
    actions = campaign.add_subparsers(metavar="add|list", required=True, parser_class=Parser)
    add = actions.add_parser("add", parents=[shared], help="设立走访任务")
    add.add_argument("--name", required=True, metavar="N", help="任务名称")
    add.add_argument("--start", required=True, metavar="D", help="开始日期，如 2026-02-23")
    add.add_argument("--end", required=True, metavar="D", help="结束日期")
    add.add_argument(
        "--community",
        action="append",
        nargs="+",
        default=[],
        metavar="C",
        help="范围内的社区，不写就是全部",
    )
    add.add_argument("--topic", action="append", default=[], metavar="T", help="宣传主题")
    add.add_argument("--tries", type=int, default=3, help="未遇几次算尽责（默认3）")
    add.add_argument("--refusal-stays-open", action="store_true", help="拒访不算尽责")
    add.add_argument("--phone-closes", action="store_true", help="电话联系算尽责")
    add.set_defaults(handler=Later("desktop.cli.data", "campaign_add"))
    listing = actions.add_parser("list", parents=[shared], help="列出走访任务")
    listing.set_defaults(handler=Later("desktop.cli.data", "campaign_list"))


def _add_report_commands(commands: Commands, shared: Parser) -> None:
    named = "，".join(f"{name} {of.report}" for name, of in KINDS.items())
    report = commands.add_parser("report", help=f"报表：{named}")
    actions = report.add_subparsers(metavar="|".join(KINDS), required=True, parser_class=Parser)
    for name, of in KINDS.items():
        one = actions.add_parser(
            name, parents=[shared], help=f"{of.report}，.pdf、.docx、.xlsx 或 .json"
        )
        one.add_argument(
            f"--{of.key}", dest="span", required=True, metavar=str(of.of.of(_LIKE)), help=of.wanted
        )
        one.add_argument(
            "--out",
            required=True,
            type=Path,
            metavar="FILE",
            help="写到哪里：.pdf、.docx、.xlsx 或 .json",
        )
        one.add_argument(
            "--campaign", metavar="NAME", help=f"进度用哪个走访任务（默认是覆盖{of.until}的）"
        )
        one.add_argument(
            "--with",
            dest="lists",
            default="",
            metavar="名单",
            help="附内部名单：未结纠纷,未参训名单,未见面名单",
        )
        one.set_defaults(handler=Later("desktop.cli.report", "report_of"), report=name)


def _add_sheet_commands(commands: Commands, shared: Parser) -> None:
    sheet = commands.add_parser(
        "sheet", help="纸质单子：doors 走访单，sign-in 签到表，form 空白表格"
    )
    actions = sheet.add_subparsers(metavar="doors|sign-in|form", required=True, parser_class=Parser)
    out = Parser(add_help=False)
    out.add_argument("--out", required=True, type=Path, metavar="FILE.pdf", help="写到哪里")
    doors = actions.add_parser("doors", parents=[shared, out], help="一栋楼剩下要走访的户")
    doors.add_argument("--building", required=True, metavar="B", help="楼栋，如 晨园3号楼")
    doors.add_argument("--community", metavar="C", help="社区（几个社区有同名楼栋时）")
    doors.add_argument("--campaign", metavar="NAME", help="哪个走访任务（默认是今天的）")
    doors.set_defaults(handler=Later("desktop.cli.sheet", "doors"))
    sign_in = actions.add_parser("sign-in", parents=[shared, out], help="一场培训的签到表")
    sign_in.add_argument(
        "--session",
        required=True,
        metavar="S",
        help="哪天的培训，如 2026-03-20 或“2026-03-20 反诈”",
    )
    sign_in.add_argument("--blank", action="store_true", help="不印名单，只印空行")
    sign_in.add_argument("--lines", type=int, metavar="N", help="名单下面的空行（默认5，空白的40）")
    sign_in.set_defaults(handler=Later("desktop.cli.sheet", "sign_in"))
    form = actions.add_parser("form", parents=[shared, out], help="调解文书的空白表格")
    form.add_argument("name", nargs="*", metavar="表格", help="表格名称，不写就是全部")
    form.set_defaults(handler=Later("desktop.cli.sheet", "form"))


def _add_points_commands(commands: Commands, shared: Parser) -> None:
    points = commands.add_parser("points", help="积分：adopt 采用办法，list 看一个月，paper 出表")
    actions = points.add_subparsers(metavar="adopt|list|paper", required=True, parser_class=Parser)
    adopt = actions.add_parser("adopt", parents=[shared], help="采用十三个项目的积分办法")
    adopt.add_argument("--start", required=True, metavar="D", help="从哪天起，如 2026-03-01")
    adopt.add_argument("--community", metavar="C", help="只用于一个社区（默认全部）")
    adopt.add_argument(
        "--band",
        action="append",
        default=[],
        metavar="分:等次:元",
        help="等次，如 60:优秀:200，可写多次",
    )
    adopt.add_argument("--per-point", metavar="元", help="每分几元（和 --band 的金额二选一）")
    adopt.add_argument("--reason", help="改办法的原因（已有办法时要写）")
    adopt.set_defaults(handler=Later("desktop.cli.points", "adopt"))
    listing = actions.add_parser("list", parents=[shared], help="列出一个月的积分和补贴")
    listing.add_argument("--month", required=True, metavar="2026-03", help="月份")
    listing.set_defaults(handler=Later("desktop.cli.points", "show"))
    paper = actions.add_parser("paper", parents=[shared], help="签领表、公示表、汇总表、个人明细")
    paper.add_argument("kind", choices=("签领表", "公示表", "汇总表", "明细"))
    paper.add_argument("--month", required=True, metavar="2026-03", help="月份")
    paper.add_argument("--name", metavar="N", help="明细是谁的")
    paper.add_argument("--community", metavar="C", help="公示表、明细：哪个社区")
    paper.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="写到哪里：.pdf 或 .xlsx"
    )
    paper.set_defaults(handler=Later("desktop.cli.points", "paper"))


def _add_exchange_commands(commands: Commands, shared: Parser) -> None:
    pair = commands.add_parser("pair", parents=[shared], help="和别的台账配对，或做本机名片")
    pair.add_argument("card", nargs="?", type=Path, metavar="CARD", help="对方的名片文件")
    pair.add_argument(
        "--card", dest="own_card", type=Path, metavar="OUT", help="把本机名片写到这里"
    )
    pair.add_argument(
        "--name", default="", help="别处怎样称呼本机，如 晨园笔记本（和 --card 一起用）"
    )
    pair.add_argument(
        "--fingerprint", metavar="F", help="当面核对过的对方指纹；不写就只显示，不配对"
    )
    pair.add_argument(
        "--community", action="append", nargs="+", default=[], metavar="C",
        help="对方只带这几个社区，不写就是全部",
    )  # fmt: skip
    pair.add_argument("--numbers-there", action="store_true", help="调解编号由对方给，本机不给")
    pair.add_argument("--remove", metavar="NAME", help="解除和这个单位的配对")
    pair.add_argument("--renew", action="store_true", help="这份台账是复制或恢复出来的：换新身份")
    pair.add_argument("--json", action="store_true", help="用 JSON 报告结果")
    pair.set_defaults(handler=Later("desktop.cli.exchange", "pair"))
    pack = commands.add_parser("pack", parents=[shared], help="给配对的单位打数据包")
    pack.add_argument("--to", required=True, metavar="NAME", help="给谁")
    pack.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="写到哪里，如优盘")
    pack.add_argument("--json", action="store_true", help="用 JSON 报告结果")
    pack.set_defaults(handler=Later("desktop.cli.exchange", "pack"))
    merge = commands.add_parser("merge", parents=[shared], help="合并别处来的数据包")
    merge.add_argument("files", nargs="+", type=Path, metavar="FILE")
    merge.add_argument("--dry-run", action="store_true", help="只看会带来什么，不写入")
    merge.add_argument("--json", action="store_true", help="用 JSON 报告结果")
    merge.set_defaults(handler=Later("desktop.cli.exchange", "merge"))


def later_handlers(parser: argparse.ArgumentParser) -> Iterator[tuple[str, Later]]:
    """Yield each command as it is typed, `points list`, and its handler: the self-test loads them."""
    handler = parser.get_default("handler")
    if isinstance(handler, Later):
        yield parser.prog.partition(" ")[2], handler
    # argparse offers no public way to its commands.
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from later_handlers(command)
