"""Parts that several forms of a dispute share: blocks of parties, places to sign, days and sums.

Source: the party block of the 司法部's model forms as docs/DOMAIN.md words it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from db.disputes.case import Case
from db.disputes.parties import (
    ORGANISATION,
    SEX_NAMES,
    Party,
    PartyDraft,
    is_minor,
    needs_guardian,
)
from db.disputes.words import KIND_NAMES
from db.kernel.dates import full_day
from db.kernel.money import plain_yuan
from db.people import masked
from desktop.paper.document import (
    Blank,
    BlankLine,
    Block,
    Document,
    FormText,
    SealPlace,
    SigningPlaces,
    Subtitle,
    Title,
)

SIGN = "签名、盖章或按指印"
NO_DAY = "　　　　年　　月　　日"
COMMITTEE = "人民调解委员会"


def form(case: Case, name: str, *blocks: Block, numbered: bool = True) -> Document:
    """Return a form under its name, with the dispute's number below it and on further pages."""
    again = " ".join(word for word in (f"{name}（续）", case.number if numbered else "") if word)
    number = case.number or f"(　　　){case.post.code}人调字第　　　　号"
    below = Subtitle(number) if numbered else FormText("")
    title = Title((name,))
    return Document(name, committee(case), (title, below, *blocks), form=True, again=again)


def committee(case: Case) -> str:
    """Return the committee as papers name it; a blank to be filled where it is not set."""
    return case.post.committee or f"　　　　　　{COMMITTEE}"


def day_text(day: date | None) -> str:
    """Return a day as papers write it, with blanks where it is not known."""
    return full_day(day) if day else NO_DAY


def moment_text(day: date | None, at: int | None) -> str:
    """Return a day and a time of day, blanks for what is not known."""
    if day is None:
        return "　　年　　月　　日　　时　　分"
    return day_text(day) + (f"{at // 60}时{at % 60:02d}分" if at is not None else "")


def sum_text(amount: int | None) -> str:
    """Return a sum in 分 as yuan with two decimals; empty for none."""
    return "" if amount is None else plain_yuan(amount)


def about(case: Case) -> str:
    """Return what the dispute is called by its parties and kind: 刘建国与王秀英邻里纠纷."""
    sides = ["、".join(party.of.name for party in case.side(side)) for side in "AB"]
    kind = f"{KIND_NAMES[case.kind]}纠纷" if case.kind else ""
    return "与".join(side for side in sides if side) + kind


def minors_masked(case: Case, signing: Collection[Party] = ()) -> Case:
    """Return a case whose minors stand masked, in its texts too, but for those who sign the form.

    A minor's name is printed only where the minor or the guardian signs (docs/DOMAIN.md).
    """
    hidden = [p for p in case.parties if is_minor(p.of) and p not in signing]
    if not hidden:
        return case

    def shown(party: Party) -> Party:
        of = replace(party.of, name=masked(party.of.name))
        return party._replace(of=of) if party in hidden else party

    def told(text: str | None) -> str:
        return text_masked(text or "", hidden)

    of = case.agreement
    agreed = replace(of, matters=told(of.matters), terms=told(of.terms), way=told(of.way))
    return replace(
        case, parties=tuple(map(shown, case.parties)), brief=told(case.brief),
        reason=told(case.reason), requests=tuple(map(told, case.requests)),
        agreement=agreed,
    )  # fmt: skip


def text_masked(text: str, parties: Sequence[Party]) -> str:
    """Return a text with the names of the minors among these masked, the longest first."""
    whole = {party.of.name for party in parties if is_minor(party.of) and len(party.of.name) > 1}
    for name in sorted(whole, key=len, reverse=True):
        text = text.replace(name, masked(name))
    return text


def names(parties: Sequence[Party]) -> str:
    """Return the names of parties."""
    return "、".join(party.of.name for party in parties)


def side_blocks(case: Case, side: str, word: str) -> list[Block]:
    """Return the block of each party of a side, an empty one for a form filled by hand."""
    parties = case.side(side)
    if not parties:
        return [*_person(word, None)]
    blocks: list[Block] = []
    for at, party in enumerate(parties, 1):
        called = f"{word}{at}" if len(parties) > 1 else word
        organisation = party.of.kind == ORGANISATION
        lines = _organisation(called, party) if organisation else _person(called, party)
        # What is told of somebody is never parted from the name.
        blocks += [*(line._replace(keep=True) for line in lines[:-1]), lines[-1]]
    return blocks


def _person(word: str, party: Party | None) -> list[BlankLine]:
    of = party.of if party else None
    said = {
        name: str(getattr(of, name) or "") if of else ""
        for name in ("name", "occupation", "phone", "address", "guardian", "agent")
    }
    # 民族 is an empty blank: the form has it, the ledger never does.
    blocks = [
        BlankLine((
            Blank(f"{word}姓名", said["name"], 5), Blank("性别", SEX_NAMES.get(of.sex or "", "") if of else "", 2),
            Blank("民族", "", 2.4), Blank("年龄", str(of.age) if of and of.age is not None else "", 2.1),
        )),
        BlankLine((Blank("职业或职务", said["occupation"]), Blank("联系方式", said["phone"]))),
        BlankLine((Blank("单位或住址", said["address"]),)),
    ]  # fmt: skip
    others = [
        Blank(label, said[name])
        for name, label in (("guardian", "监护人"), ("agent", "委托代理人"))
        if said[name]
    ]
    return [*blocks, BlankLine(tuple(others))] if others else blocks


def _organisation(word: str, party: Party) -> list[BlankLine]:
    of = party.of
    blocks = [
        BlankLine((Blank(f"{word}名称", of.name),)),
        BlankLine((Blank("地址", of.address or ""),)),
        BlankLine((
            Blank("法定代表人", of.head or "", 1.3), Blank("职务", of.head_post or ""),
        )),
        BlankLine((Blank("联系方式", of.phone or ""),)),
    ]  # fmt: skip
    return [*blocks, BlankLine((Blank("委托代理人", of.agent),))] if of.agent else blocks


def signing(label: str, parties: Sequence[Party], *, themselves: bool = False) -> SigningPlaces:
    """Return a place to sign for each party by name; who acts for another is told with whose name.

    One person alone needs no name at the place: the block above has it. With `themselves` no agent
    signs, as where authority is given to one.
    """
    words = tuple(
        word for party in parties for word in _signs(party.of, agents=not themselves)
    )  # fmt: skip
    alone = len(parties) == 1 and words == (parties[0].of.name,)
    return SigningPlaces(f"{label}（{SIGN}）", ("",) if alone or not words else words)


def _signs(of: PartyDraft, *, agents: bool) -> Iterator[str]:
    agent = f"{of.name}的代理人" if of.agent and agents else ""
    if of.kind == ORGANISATION:
        yield f"{of.name}（公章）"
        if agent:
            yield agent
    elif needs_guardian(of):
        yield f"{of.name}的监护人"
    else:
        yield agent or of.name


def sealed(case: Case, day: date | None) -> SealPlace:
    """Return the committee's name over the day, where its seal goes."""
    return SealPlace(day_text(day), f"{committee(case)}（盖章）")


def dated(day: date | None) -> SealPlace:
    """Return the day a paper is signed."""
    return SealPlace(day_text(day))


def ticked(word: str, *, chosen: bool) -> str:
    """Return a box to tick with its word."""
    return f"{'■' if chosen else '□'}{word}"
