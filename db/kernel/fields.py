"""What a person may enter, declared once: label, synonyms, purpose, keeping time, check.

A draft (a frozen dataclass) declares its entries with `entry(...)`; the form, the import, the
checks and the data dictionary all read this one declaration.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from db.kernel import text
from db.kernel.errors import UserError

D = TypeVar("D")
P = ParamSpec("P")

Kind = Literal[
    "text", "prose", "name", "names", "phone", "count", "money", "points", "day", "time", "hours", "choice", "words"
]  # fmt: skip

# What is kept in hundredths, and what it is typed in.
_HUNDREDTHS = {"money": "元", "points": "分"}
_TIDY = {"name": text.tidy_name, "prose": text.tidy_lines}


@dataclass(frozen=True)
class Keep:
    """How long an entry is kept: so many years after what `words` say; 0 is as long as its record.

    From when a record's years run is told for each noun in db/erasure/due.
    """

    words: str
    years: int = 0


KEEP_WHILE_SERVED = Keep("空户、无效或删除后满两年清除", 2)
KEEP_FIVE_YEARS = Keep("结案（没有的，下结论）后满五年清除", 5)
KEEP_SERVICE = Keep("离任后满两年清除", 2)
KEEP_VISIT = Keep("走访后满五年清除", 5)
KEEP_SESSION = Keep("培训后满两年清除，名册上的人随本人", 2)
KEEP_OFFICE = Keep("经办人，随他经办的记录保存")


@dataclass(frozen=True)
class Field:
    """One entry: what it is called, what it takes, why it is kept and for how long.

    Prose keeps its lines; money and points are in hundredths, hours in minutes. `choices` maps each word met in ledgers to the code stored; `most` bounds a count or a length.
    `ahead` tells that a day lies ahead, so that a short form means the next such day; with `near` it
    means the nearest, before or after. `roughly` takes a month or a year of a ledger for its first day.
    A field with a `purpose` is personal data and stands in the data dictionary.
    """

    label: str
    kind: Kind = "text"
    synonyms: tuple[str, ...] = ()
    required: bool = False
    choices: Mapping[str, str] | None = None
    most: int = 200
    ahead: bool = False
    near: bool = False
    roughly: bool = False
    purpose: str = ""
    keep: Keep | None = None


@dataclass(frozen=True)
class Problem:
    """Why a draft cannot be stored: the field's name, and the reason in one Chinese sentence."""

    field: str
    reason: str


def entry(field: Field, default: Any = None) -> Any:
    """Return a dataclass field that carries its declaration."""
    return dataclasses.field(default=default, metadata={"field": field})


@cache
def fields_of(draft: type[Any]) -> dict[str, Field]:
    """Return a draft's declared entries by their names, in order."""
    return {f.name: f.metadata["field"] for f in dataclasses.fields(draft) if "field" in f.metadata}


def tidied(draft: D) -> D:
    """Return a draft as it is stored, by the rules workbooks are read by.

    Blanks are trimmed, a name's inner blanks closed, a telephone brought to its digits where it is
    one; what is left empty becomes what the draft has for nothing.
    """
    given: Any = draft
    kept: dict[str, Any] = {}
    for name, field in fields_of(given.__class__).items():
        value = getattr(given, name)
        if isinstance(value, str):
            said = _TIDY.get(field.kind, text.tidy)(value)
            if field.kind == "phone":
                said = text.telephones(said) or said
            kept[name] = said or (None if _nothing(given, name) is None else "")
    tidy: D = dataclasses.replace(given, **kept)
    return tidy


def fit_or_refuse(
    draft: D,
    problems: Callable[Concatenate[D, P], Iterator[Problem]],
    *rest: P.args,
    **named: P.kwargs,
) -> D:
    """Return a draft as it is stored; UserError for the first of its problems, nothing is written.

    `rest` and `named` are what `problems` takes beside the draft, as the day of today.
    """
    fit = tidied(draft)
    require_none(problems(fit, *rest, **named))
    return fit


def require_none(problems: Iterator[Problem]) -> None:
    """Raise UserError for the first problem, if there is one."""
    if (problem := next(problems, None)) is not None:
        raise UserError(f"{problem.reason}，没有保存。")


def _nothing(draft: Any, name: str) -> Any:
    return next(f.default for f in dataclasses.fields(draft) if f.name == name)


def most_words(field: Field) -> str:
    """Return the bound of a number as people type it: 99, 1000000元, 10000分."""
    unit = _HUNDREDTHS.get(field.kind)
    return str(field.most) if unit is None else f"{field.most // 100}{unit}"


def common_problems(draft: Any) -> Iterator[Problem]:
    """Yield what is wrong with a draft by its declarations alone: missing, too long, never kept."""
    for name, field in fields_of(draft.__class__).items():
        value = getattr(draft, name)
        if value in (None, "", ()):
            if field.required:
                yield Problem(name, f"缺少{field.label}")
        elif isinstance(value, str):
            yield from _text_problems(name, field, value)
        elif isinstance(value, tuple):
            for word in value:
                if isinstance(word, str):
                    yield from _text_problems(name, field, word)
        elif field.kind in ("count", *_HUNDREDTHS) and not 0 <= value <= field.most:
            reason = "不能是负数" if value < 0 else f"大得不合情理（超过{most_words(field)}）"
            yield Problem(name, f"{field.label}{reason}")


def _text_problems(name: str, field: Field, value: str) -> Iterator[Problem]:
    if len(value) < 18 and value.isprintable() and len(value) <= field.most:
        return
    if text.characters(value) > field.most:
        # What it is made of is not looked at: that of a megabyte would take a fifth of a second.
        yield Problem(name, f"{field.label}太长（超过{field.most}字）")
        return
    if text.bad_characters(value):
        yield Problem(name, f"{field.label}里有不能保存的控制字符")
    if text.has_identity_number(value):
        yield Problem(name, f"{field.label}里有身份证号码，本台账不保存")
