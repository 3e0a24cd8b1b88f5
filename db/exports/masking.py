"""A line of a ledger as it may leave the post: names and telephones not whole."""

import re
from collections.abc import Sequence
from typing import Final

from db.exports.rows import Line
from db.people import masked, masked_phone

# Whose names they are: residents and volunteers; those who work for the post sign with theirs.
_NAMES: Final = {
    "households": ("contact",), "volunteers": ("name",), "visits": ("contact", "volunteers"),
    "disputes": ("side_a", "side_b", "parties", "beside"), "trainings": ("name",),
}  # fmt: skip
_PHONES: Final = ("phone", "phone_a", "phone_b")
_TEXTS: Final = ("note", "brief", "found", "reason", "follow_up_result")
_NUMBER: Final = re.compile(r"(?<!\d)(?:1\d{10}|0\d{2,3}-?\d{7,8}|\d{7,8})(?!\d)")


def masked_line(kind: str, line: Line) -> Line:
    """Return the line with 王某某 for names and 138****4521 for telephones, in its texts too."""
    shown, whole = dict(line), [n for name in _NAMES[kind] for n in _split(line.get(name))]
    for name in _NAMES[kind]:
        if line.get(name):
            shown[name] = "、".join(masked(one) for one in _split(line[name]))
    for name in _PHONES:
        if line.get(name):
            shown[name] = masked_phone(str(line[name]))
    for name in _TEXTS:
        if line.get(name):
            shown[name] = masked_text(str(line[name]), whole)
    if kind == "trainings":
        # A session's record may name anybody.
        shown["note"] = None
    return shown


def masked_text(text: str, names: Sequence[str]) -> str:
    """Return a text with these names and every telephone not whole."""
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, masked(name))
    return _NUMBER.sub(lambda found: masked_phone(found[0]), text)


def _split(value: object) -> list[str]:
    return [part for part in str(value or "").split("、") if part]
