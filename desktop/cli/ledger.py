"""Commands about the ledger itself: new, backup, restore, history, undo, account."""

import argparse
import random
import sys
from datetime import datetime
from pathlib import Path

from db.kernel import history as journal
from db.kernel.access import ROLE_NAMES, role_from_name
from db.kernel.accounts import account_names
from db.kernel.errors import EnvironmentFault, PolicepostError, UserError
from db.kernel.files import write_atomically
from db.ledger import Ledger
from db.post import PostDraft
from db.recovering import offer_code, recover, settle_code
from db.restoring import restore_closed
from desktop.cli.opening import (
    new_password_from,
    password_from,
    require_folder_of,
    secret_in,
    unlocked,
)


def new(arguments: argparse.Namespace) -> int:
    """Make a ledger and show its recovery code once."""
    if arguments.recovery_code_file is not None:
        require_folder_of(arguments.recovery_code_file)
    post = PostDraft(name=arguments.post, station=arguments.station, code=arguments.code)
    password = password_from(arguments.password_file, "给第一个民警账号设密码", twice=True)
    ledger, code = Ledger.create(arguments.data, post, password, officer=arguments.officer)
    ledger.close()
    print(f"台账已建在 {arguments.data}，登录名“{arguments.officer}”。")
    _show_recovery_code(code, arguments.recovery_code_file)
    return 0


def _show_recovery_code(code: str, file: Path | None) -> None:
    """Show a code that is in force already: where its file cannot be written it is printed."""
    fault = None
    if file is not None:
        try:
            write_atomically(file, f"{code}\n".encode())
            print(f"恢复码已写进 {file}。请打印封存后删去这个文件。")
        except EnvironmentFault as error:
            fault = error
    if file is None or fault is not None:
        print("恢复码只显示这一次，请抄下或打印后封存：")
        print(f"    {code}")
    print("忘了密码时只有它能打开台账。")
    if fault is not None:
        raise EnvironmentFault(
            f"恢复码没有写进“{file}”，显示在上面，请抄下。别的都已办好，不用再做一遍。"
        ) from fault


def back_up(arguments: argparse.Namespace) -> int:
    """Make a verified backup."""
    with unlocked(arguments, write=False) as ledger:
        made = ledger.back_up("手工备份", arguments.to)
        ledger.note("备份", made.path.name)
    print(f"已备份并核验：{made.path}")
    if made.told:
        print(f"注意：{made.told.removesuffix('。')}。")
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Bring a verified backup back; a good ledger is never written over."""
    password = password_from(arguments.password_file, "备份的密码")
    done = restore_closed(
        arguments.data, arguments.backup, arguments.user or "", password, clock=None
    )
    done.ledger.close()
    print(f"已从 {arguments.backup} 恢复到 {arguments.data}。")
    if done.lacking:
        print(f"注意：{done.lacking}。")
    if done.aside is not None:
        print(f"原来损坏的文件留在 {done.aside}。")
    return 0


def history(arguments: argparse.Namespace) -> int:
    """List what was done, the latest first."""
    with unlocked(arguments, write=False) as ledger, ledger.read() as connection:
        names = account_names(connection)
        entries = journal.history(connection, arguments.limit)
    for entry in entries:
        when = datetime.fromisoformat(entry.wall).astimezone()
        who = names.get(entry.account, "") if entry.account else ""
        undone = "（已撤销）" if entry.undone else ""
        changed = f"  {entry.changes}处改动" if entry.changes else ""
        print(
            f"{entry.no:>6}  {when:%Y-%m-%d %H:%M}  {who}  {entry.action}"
            f"{' ' + entry.note if entry.note else ''}{changed}{undone}"
        )
    return 0


def undo(arguments: argparse.Namespace) -> int:
    """Take a command back."""
    with unlocked(arguments, write=True) as ledger:
        done = ledger.undo(arguments.command)
    print(f"已撤销第{arguments.command}号操作，恢复{done.value}处改动。")
    return 0


def account_add(arguments: argparse.Namespace) -> int:
    """Add an account."""
    role = role_from_name(arguments.role)
    if role is None:
        raise UserError(f"没有“{arguments.role}”这种身份。可用：{'、'.join(ROLE_NAMES.values())}。")
    with unlocked(arguments, write=True) as ledger:
        password = new_password_from(arguments.new_password_file, f"给“{arguments.name}”设密码")
        ledger.add_account(arguments.name, arguments.name, role, password)
    print(f"已新增账号“{arguments.name}”（{ROLE_NAMES[role]}）。")
    return 0


def account_remove(arguments: argparse.Namespace) -> int:
    """Close an account."""
    with unlocked(arguments, write=True) as ledger:
        ledger.close_account(arguments.name)
    print(f"已停用账号“{arguments.name}”。他以前拷走的台账和备份，用旧密码仍能打开。")
    return 0


def account_password(arguments: argparse.Namespace) -> int:
    """Change a password, or set one with the recovery code."""
    if arguments.recovery_code_file is not None:
        name = arguments.name or arguments.user
        if not name:
            raise UserError("请写明给哪个账号重设密码。")
        code = secret_in(arguments.recovery_code_file)
        password = new_password_from(arguments.new_password_file, f"给“{name}”设新密码")
        fresh = recover(arguments.data, code, name, password)
        print(f"“{name}”的密码已重设。{fresh.doubt or '旧恢复码作废。'}")
        _show_recovery_code(fresh.code, arguments.recovery_code_file)
        return 0
    with unlocked(arguments, write=True) as ledger:
        name = arguments.name or ledger.session.user
        password = new_password_from(arguments.new_password_file, f"给“{name}”设新密码")
        ledger.set_password(name, password)
    print(f"“{name}”的密码已更改。")
    return 0


def account_recovery(arguments: argparse.Namespace) -> int:
    """Make a new recovery code; the one before is void once the new one was kept."""
    file = arguments.recovery_code_file
    if file is not None:
        require_folder_of(file)
    elif not sys.stdin.isatty():
        raise UserError("这里没有人看屏幕，新恢复码要写进文件：请用 --recovery-code-file。")
    password = password_from(arguments.password_file, "密码")
    with Ledger.unlock(arguments.data, password, user=arguments.user) as ledger:
        fresh = offer_code(ledger, password)
        if fresh.doubt:
            print(f"已经有了新的恢复码，{fresh.doubt}")
        try:
            _kept(fresh.code, file)
        except PolicepostError:
            settle_code(ledger, new=False)
            raise
        settle_code(ledger, new=True)
    print("旧恢复码作废。")
    return 0


def _kept(code: str, file: Path | None) -> None:
    """Write a new code to its file, or show it and ask whether it was copied rightly; else raise."""
    if file is None:
        _show_recovery_code(code, None)
        if not _typed_rightly(code):
            raise UserError("和恢复码对不上，没有换，原来的恢复码照样用。请再来一次。")
        return
    try:
        _show_recovery_code(code, file)
    except EnvironmentFault as fault:
        raise EnvironmentFault(
            f"恢复码没有写进“{file}”，所以没有换，原来的恢复码照样用，上面显示的不用抄。请换个地方再试。"
        ) from fault


def _typed_rightly(code: str) -> bool:
    """Ask for two groups of a code that nobody knows before, to see that it was copied rightly."""
    groups = code.split("-")
    asked = sorted(random.sample(range(len(groups)), 2))
    which = "、".join(f"第{at + 1}组" for at in asked)
    typed = input(f"看看抄得对不对：请照着抄好的，输入{which}：")
    wanted = "".join(groups[at] for at in asked)
    return "".join(c for c in typed.upper() if c.isalnum()) == wanted


def account_list(arguments: argparse.Namespace) -> int:
    """List the accounts."""
    with unlocked(arguments, write=False) as ledger:
        for account in ledger.accounts():
            closed = f"  {account.until} 停用" if account.until else ""
            print(f"{account.user}  {ROLE_NAMES[account.role]}{closed}")
    return 0
