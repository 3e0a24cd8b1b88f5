"""What every command needs: the password, the open ledger, how it tells, and a bar for long work."""

import argparse
import codecs
import getpass
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from db.kernel.errors import UserError
from db.ledger import Ledger

PASSWORD_VARIABLE = "POLICEPOST_PASSWORD"  # noqa: S105  the variable's name


def password_from(file: Path | None, prompt: str, *, twice: bool = False) -> str:
    """Return the password from the file, the environment, or a prompt (typed twice if new)."""
    if file is not None:
        return secret_in(file)
    given = os.environ.get(PASSWORD_VARIABLE)
    if given:
        return given
    return _ask(prompt, twice=twice)


def new_password_from(file: Path | None, prompt: str) -> str:
    """Return a new password from the file or typed twice; never the one logged in with."""
    return secret_in(file) if file is not None else _ask(prompt, twice=True)


def secret_in(file: Path) -> str:
    """Return the first line of a small text file; UserError if it cannot be read."""
    try:
        with file.open(encoding="utf-8-sig") as opened:
            line = opened.readline(4096).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise UserError(f"读不到“{file}”。请核对文件名。") from None
    if not line:
        raise UserError(f"“{file}”是空的。")
    return line


def _ask(prompt: str, *, twice: bool) -> str:
    if not sys.stdin.isatty():
        raise UserError(f"需要密码：请用 --password-file，或设置 {PASSWORD_VARIABLE}。")
    password = getpass.getpass(f"{prompt}：")
    if twice and getpass.getpass("再输一遍：") != password:
        raise UserError("两次输入的密码不一样，没有保存。")
    return password


def unlocked(arguments: argparse.Namespace, *, write: bool) -> Ledger:
    """Return the ledger the arguments name, open; `write` takes the writer's lock."""
    password = password_from(arguments.password_file, "密码")
    ledger = Ledger.unlock(arguments.data, password, user=arguments.user, write=write)
    if ledger.place.read_only:
        sys.stderr.write("注意：台账在只读的地方，只能看；这次做了什么没有记进改动记录。\n")
    if ledger.clock_doubt:
        sys.stderr.write(f"注意：{ledger.clock_doubt}\n")
    if ledger.missing:
        sys.stderr.write(
            f"注意：{ledger.missing}\n没有改动什么。可以从备份恢复（restore 到一个空文件夹看看）；"
            "接着用，会在改动记录里记下这件事。\n"
        )
    return ledger


def require_folder_of(file: Path) -> None:
    """Raise UserError if the folder a file is to be written to does not exist."""
    if not file.absolute().parent.is_dir():
        raise UserError(
            f"没有“{file.absolute().parent}”这个文件夹，什么也没有做。请先建好，或换个地方。"
        )
    if file.is_dir():
        raise UserError(f"“{file}”是一个文件夹，请写出文件名。什么也没有做。")


def print_json(said: Mapping[str, Any]) -> None:
    """Print an object for other programs; every character is whole, whatever the stream can take."""
    plain = codecs.lookup(sys.stdout.encoding).name == "utf-8"
    print(json.dumps(said, ensure_ascii=not plain, indent=1))


class Bar:
    """A progress bar on the terminal; silent where output goes to a file."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __call__(self, text: str, done: float) -> None:
        """Show how far the work is, `done` from 0 to 1."""
        if self._shown:
            filled = round(done * 20)
            sys.stderr.write(f"\r\033[K[{'■' * filled}{'□' * (20 - filled)}] {text}")
            sys.stderr.flush()

    def end(self) -> None:
        """Clear the bar."""
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
