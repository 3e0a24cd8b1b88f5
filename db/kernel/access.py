"""Roles, and the matrix of who may give which command; checked where commands are given.

Roles are enforced by the program, not by cryptography: whoever can unlock the file holds its key.
"""

from enum import StrEnum

from db.kernel.errors import AccessDenied


class Role(StrEnum):
    """What an account is, by the code stored."""

    OFFICER = "officer"
    AUXILIARY = "auxiliary"
    WORKER = "worker"
    READER = "reader"


class Right(StrEnum):
    """What a command needs."""

    LOOK = "look"
    WRITE = "write"
    IMPORT = "import"
    UNDO_OTHERS = "undo_others"
    CAMPAIGN = "campaign"
    POINTS = "points"
    SETTINGS = "settings"
    ACCOUNTS = "accounts"
    BACKUP = "backup"
    RESTORE = "restore"
    ISSUE = "issue"
    REWARD = "reward"
    FUND = "fund"
    EXCHANGE = "exchange"
    ERASE = "erase"


ROLE_NAMES = {
    Role.OFFICER: "民警",
    Role.AUXILIARY: "辅警",
    Role.WORKER: "社区工作者",
    Role.READER: "查阅",
}
MATRIX: dict[Role, frozenset[Right]] = {
    Role.OFFICER: frozenset(Right),
    # An issued report is signed paper and is never undone: police issue it, others prepare it.
    # A restore takes back what everybody did since, so it is an officer's, like undoing others' work.
    # What is erased is gone for good: others may propose it, an officer agrees.
    # Police grant rewards and grade; the money is an officer's: who enters a reward does not pay it.
    Role.AUXILIARY: frozenset(
        {
            Right.LOOK,
            Right.WRITE,
            Right.IMPORT,
            Right.BACKUP,
            Right.ISSUE,
            Right.REWARD,
            Right.EXCHANGE,
        }
    ),
    Role.WORKER: frozenset({Right.LOOK, Right.WRITE}),
    Role.READER: frozenset({Right.LOOK}),
}
_RIGHT_NAMES = {
    Right.LOOK: "查阅",
    Right.WRITE: "登记和修改",
    Right.IMPORT: "导入台账",
    Right.UNDO_OTHERS: "撤销别人的操作",
    Right.CAMPAIGN: "设置走访任务",
    Right.POINTS: "定积分办法和结账",
    Right.SETTINGS: "修改警务室设置",
    Right.ACCOUNTS: "管理账号",
    Right.BACKUP: "备份、存出有全名的工作簿",
    Right.RESTORE: "用备份恢复",
    Right.ISSUE: "签发报表",
    Right.REWARD: "登记奖励和考评",
    Right.FUND: "管奖励资金、确认发放",
    Right.EXCHANGE: "打包和合并数据",
    Right.ERASE: "核准清除",
}


def role_from_name(text: str) -> Role | None:
    """Return the role called so in Chinese or by its code, else None."""
    for role, name in ROLE_NAMES.items():
        if text in (name, role.value):
            return role
    return None


def require(role: Role, right: Right) -> None:
    """Raise AccessDenied unless the role has the right."""
    if right not in MATRIX[role]:
        raise AccessDenied(
            f"您的身份是{ROLE_NAMES[role]}，不能{_RIGHT_NAMES[right]}。什么都没有改动，请找民警办理。"
        )
