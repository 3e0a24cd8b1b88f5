"""The parties of a dispute in full, as the forms name them: a person, or an organisation.

Only what a mediation form asks for is kept. There is no entry for an ethnicity or an identity
number: the forms leave the one blank, the other stays in the paper file (docs/DOMAIN.md).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from db.disputes import PARTY, DisputeParty
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import Field, Problem, common_problems, entry, fit_or_refuse
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx

SIDES: Final = {"A": "甲方", "B": "乙方"}
PERSON: Final = "person"
ORGANISATION: Final = "organisation"
PARTY_KINDS: Final = {"个人": PERSON, "单位": ORGANISATION}
PARTY_KIND_NAMES: Final = {code: word for word, code in PARTY_KINDS.items()}
SEXES: Final = {"男": "male", "女": "female"}
SEX_NAMES: Final = {code: word for word, code in SEXES.items()}
# 民法典 arts. 17-18: from eighteen one acts alone, from sixteen one who lives by own work.
GROWN: Final = 18
WORKING: Final = 16
STUDENT: Final = "学生"
LONGEST_PERSON: Final = 4
NAMES_SHOWN: Final = 3
_ORGANISED: Final = (
    "公司", "分公司", "工厂", "商店", "超市", "酒店", "饭店", "学校", "小学", "中学", "幼儿园", "医院", "卫生院",
    "委员会", "居委会", "村委会", "业委会", "合作社", "中心", "事务所", "工作室", "经营部", "银行", "个体工商户",
)  # fmt: skip


@dataclass(frozen=True)
class PartyDraft:
    """A party as the forms name it; `head` and `head_post` are an organisation's."""

    kind: str = entry(
        Field("个人或单位", kind="choice", choices=PARTY_KINDS, required=True), PERSON
    )
    name: str = entry(Field("姓名或名称", kind="name", required=True, most=40, **PARTY), "")
    sex: str | None = entry(Field("性别", kind="choice", choices=SEXES, **PARTY))
    age: int | None = entry(Field("年龄", kind="count", most=120, **PARTY))
    occupation: str | None = entry(Field("职业或职务", most=40, **PARTY))
    phone: str | None = entry(Field("联系方式", kind="phone", most=60, **PARTY))
    address: str | None = entry(Field("单位或住址", most=100, **PARTY))
    head: str | None = entry(Field("法定代表人", kind="name", most=40, **PARTY))
    head_post: str | None = entry(Field("代表人职务", most=40, **PARTY))
    guardian: str | None = entry(Field("监护人", most=60, **PARTY))
    agent: str | None = entry(Field("委托代理人", most=60, **PARTY))


class Party(NamedTuple):
    """A stored party: `side` A applies or complains, B answers; `place` is the order within it."""

    id: Id
    side: str
    place: int
    of: PartyDraft


# What is asked of each kind, in the order of the form.
ASKED: Final = {
    PERSON: ("kind", "name", "sex", "age", "occupation", "phone", "address", "guardian", "agent"),
    ORGANISATION: ("kind", "name", "address", "head", "head_post", "phone", "agent"),
}


def party_problems(draft: PartyDraft) -> Iterator[Problem]:
    """Yield what keeps a party from being stored."""
    yield from common_problems(draft)
    if draft.kind not in PARTY_KIND_NAMES:
        yield Problem("kind", "请选个人或单位")
    if needs_guardian(draft) and not draft.guardian:
        yield Problem("guardian", f"{draft.age}岁的当事人，请写监护人")


def needs_guardian(draft: PartyDraft) -> bool:
    """Tell whether somebody must act for the party (民法典 arts. 17-20, 23)."""
    if not is_minor(draft) or draft.age is None:
        return False
    return draft.age < WORKING or (draft.occupation or STUDENT) == STUDENT


def is_minor(draft: PartyDraft) -> bool:
    """Tell whether a party is under age, as far as the age is known (民法典 art. 17)."""
    return draft.kind == PERSON and draft.age is not None and draft.age < GROWN


def named_as_organisation(name: str) -> bool:
    """Tell whether a name is that of an organisation by its end, so that its block is the right one.

    It is where a party begins; a person sets it otherwise.
    """
    return len(name) > LONGEST_PERSON and name.endswith(_ORGANISED)


def change_party(party: Id, draft: PartyDraft) -> Command[None]:
    """Return the command that sets what is known of a party; what its kind lacks is emptied."""

    def run(tx: Tx) -> None:
        fit = fit_or_refuse(draft, party_problems)
        there = select(DisputeParty.id).where(DisputeParty.id == party)
        if tx.connection.execute(there).first() is None:
            raise UserError("这位当事人已经不在台账里了，没有保存。")
        values: dict[str, Any] = {
            name: getattr(fit, name) if name in ASKED[fit.kind] else None
            for name in PartyDraft.__dataclass_fields__
        }
        values["kind"] = fit.kind if fit.kind == ORGANISATION else None
        tx.change(DisputeParty, {party: values})

    return Command("修改当事人", Right.WRITE, run)


def party_names(
    connection: Connection, disputes: Collection[Id] | None = None
) -> Mapping[Id, tuple[str, ...]]:
    """Return the names of the parties of some disputes, or of all, in the order of `parties_of`."""
    asked = select(DisputeParty.dispute, DisputeParty.name)
    if disputes is not None:
        asked = asked.where(DisputeParty.dispute.in_(disputes))
    names: dict[Id, list[str]] = {}
    for of, name in connection.execute(asked.order_by(DisputeParty.side, DisputeParty.place)):
        names.setdefault(of, []).append(name)
    return {of: tuple(told) for of, told in names.items()}


def names_shown(names: Sequence[str]) -> str:
    """Return the names of parties as a line has room for them: 王小明、李强、赵芳等."""
    return "、".join(names[:NAMES_SHOWN]) + ("等" if len(names) > NAMES_SHOWN else "")


def parties_of(connection: Connection, dispute: Id) -> tuple[Party, ...]:
    """Return the parties of a dispute, side by side in their order."""
    names = [name for name in PartyDraft.__dataclass_fields__ if name != "kind"]
    columns = (getattr(DisputeParty, name) for name in names)
    rows = connection.execute(
        select(DisputeParty.id, DisputeParty.side, DisputeParty.place, DisputeParty.kind, *columns)
        .where(DisputeParty.dispute == dispute)
        .order_by(DisputeParty.side, DisputeParty.place)
    ).mappings()
    return tuple(
        Party(
            row["id"], row["side"], row["place"],
            PartyDraft(kind=row["kind"] or PERSON, **{name: row[name] for name in names}),
        )
        for row in rows
    )  # fmt: skip
