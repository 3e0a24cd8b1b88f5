"""argparse in Chinese: the headings of its help, and what it says of wrong usage."""

import argparse
import re
import sys
from collections.abc import Iterable
from typing import Any, Final, NoReturn

_HEADINGS: Final = {"positional arguments": "要写的", "options": "选项"}
# What argparse says of a line it cannot take, and the same for the person at the desk.
_MISTAKES: Final = tuple(
    (re.compile(said, re.DOTALL), words)
    for said, words in (
        (r"the following arguments are required: (?P<several>.+)", "缺少 {several}"),
        (r"unrecognized arguments: (?P<one>.+)", "不认识“{one}”"),
        (
            r"ambiguous option: (?P<one>.+) could match (?P<several>.+)",
            "“{one}”可能是 {several}，请写全",
        ),
        (r"argument (?P<name>.+): expected one argument", "{name} 后面要写一个值"),
        (r"argument (?P<name>.+): expected at least one argument", "{name} 后面至少要写一个值"),
        (
            r"argument (?P<name>.+): ignored explicit argument (['\"])(?P<one>.*)\2",
            "{name} 后面不写值，“{one}”多了",
        ),
        (
            r"argument (?P<name>.+): invalid int value: (['\"])(?P<one>.*)\2",
            "{name} 要写整数，“{one}”不是",
        ),
        (
            r"argument .+: invalid choice: (['\"])(?P<one>.*)\1 \(choose from (?P<several>.+)\)",
            "没有“{one}”，可用：{several}",
        ),
    )
)


class _Formatter(argparse.HelpFormatter):
    def start_section(self, heading: str | None) -> None:
        super().start_section(_HEADINGS.get(heading or "", heading))

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """argparse with its own words in Chinese."""

    def __init__(self, *, add_help: bool = True, **more: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Formatter, **more)
        if add_help:
            self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        """End with exit code 2 and one sentence."""
        self.print_usage(sys.stderr)
        self.exit(2, f"用法不对：{_in_words(message)}\n")


def _in_words(message: str) -> str:
    """Return what argparse says in Chinese, and what there are no words for as it stands."""
    for pattern, words in _MISTAKES:
        if said := pattern.fullmatch(message):
            parts = said.groupdict()
            parts["several"] = re.sub(r"'?, '?", "、", parts.get("several", "")).strip("'")
            return f"{words.format(**parts)}。"
    return message
