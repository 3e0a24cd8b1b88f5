"""The forms of a mediation under way and of its end: 调解记录, 协议书, 回访记录 and what goes with them.

Fields as docs/DOMAIN.md gives them. Source: 人民调解法 arts. 26-33 on endings, agreements, the oral
register, performance and judicial confirmation.
"""

from db.disputes.case import Case, ExtensionAgreed, SessionHeld, Visited
from db.disputes.life import REASONS
from db.disputes.steps import SESSION_RESULT_NAMES
from db.disputes.words import KIND_NAMES, RESULT_NAMES
from desktop.paper.document import (
    Blank,
    BlankLine,
    Block,
    Document,
    FormText,
    RuledText,
    SigningPlaces,
)
from desktop.paper.form_parts import (
    COMMITTEE,
    about,
    dated,
    day_text,
    form,
    minors_masked,
    moment_text,
    names,
    sealed,
    side_blocks,
    signing,
    sum_text,
    text_masked,
    ticked,
)

_TOLD_WAYS = "已告知当事人可以依法通过仲裁、行政、司法等途径维护自己的权利。"
_TOLD = "已告知当事人在人民调解中的权利和义务。"


def session(case: Case, held: SessionHeld | None) -> Document:
    """Return the 调解记录 of one session; of none, an empty one."""
    results = "　".join(
        ticked(word, chosen=held is not None and held.result == code)
        for code, word in SESSION_RESULT_NAMES.items()
    )
    return form(
        case, "人民调解记录",
        BlankLine((Blank("时间", moment_text(held.day, held.at) if held else ""),)),
        BlankLine((Blank("地点", (held.place or "") if held else ""),)),
        BlankLine((Blank("事由", about(case)),)),
        BlankLine((Blank("当事人", names(case.parties)),)),
        BlankLine((Blank("参加人", held.attended if held else ""),)),
        FormText(_TOLD),
        RuledText("调解记录", (held.record or "") if held else "", 8),
        BlankLine((Blank("调解结果", results),)),
        signing("当事人", case.parties),
        *([] if held and not held.attended else [SigningPlaces("参加人（签名）")]),
        SigningPlaces("", ("人民调解员", "记录人")),
        sealed(case, held.day if held else None),
    )  # fmt: skip


def agreement(case: Case) -> Document:
    """Return the 协议书, or for an oral agreement its 登记表, which the mediator alone signs."""
    return _oral(case) if case.form == "oral" else _written(case)


def _agreed(case: Case) -> list[Block]:
    of = case.agreement
    money = sum_text(of.amount)
    return [
        RuledText("纠纷主要事实、争议事项", of.matters or case.brief, 4),
        RuledText("协议内容", of.terms or "", 5),
        *([BlankLine((Blank("金额", f"{money}元"),))] if money else []),
        BlankLine((Blank("履行方式", of.way or ""),)),
        BlankLine((Blank("履行时限", day_text(of.due) if of.due else ""),)),
    ]


def _written(case: Case) -> Document:
    copies = str(case.agreement.copies or "　　")
    return form(
        case, "人民调解协议书",
        *side_blocks(case, "A", "甲方"),
        *side_blocks(case, "B", "乙方"),
        *_agreed(case),
        FormText(f"本协议一式{copies}份，当事人、{COMMITTEE}各持一份。"
                  "本协议自各方当事人签名、盖章或者按指印，人民调解员签名并加盖印章之日起生效。"),
        signing("当事人", case.parties),
        SigningPlaces("", ("人民调解员", "记录人")),
        sealed(case, case.concluded),
    )  # fmt: skip


def _oral(case: Case) -> Document:
    case = minors_masked(case)
    return form(
        case, "人民调解口头协议登记表",
        *side_blocks(case, "A", "甲方"),
        *side_blocks(case, "B", "乙方"),
        *_agreed(case),
        FormText("口头调解协议自各方当事人达成协议之日起生效。"),
        SigningPlaces("人民调解员（签名）"),
        sealed(case, case.concluded),
    )  # fmt: skip


def extension(case: Case, agreed: ExtensionAgreed | None) -> Document:
    """Return the 延期同意书 both parties sign."""
    until = day_text(agreed.until) if agreed else "　　　　年　　月　　日"
    what = about(case) or "本"
    return form(
        case, "人民调解延期同意书",
        FormText(f"{what}一案，{COMMITTEE}于{day_text(case.since)}受理，未能在一个月内调结。"
                  f"双方当事人自愿继续调解，同意将调解期限延长至{until}。"),
        RuledText("延期原因", (agreed.reason or "") if agreed else "", 3),
        signing("甲方", case.side("A")),
        signing("乙方", case.side("B")),
        SigningPlaces("人民调解员（签名）"),
        sealed(case, agreed.day if agreed else None),
    )  # fmt: skip


def referral(case: Case) -> Document:
    """Return the 移送函 to whom the dispute goes, with the slip that comes back."""
    case = minors_masked(case)
    to: Block = BlankLine((Blank("主送", ""),))
    if case.destination:
        to = FormText(f"{case.destination}：", flush=True)
    told = f"，纠纷类型为{KIND_NAMES[case.kind]}纠纷" if case.kind else ""
    return form(
        case, "矛盾纠纷移送函",
        to,
        FormText(f"现将{about(case) or '　　　　　　　　　　'}移送你单位处理{told}。请收到后在回执上签收，"
                  "并将处理情况函告我会。"),
        BlankLine((Blank("当事人", names(case.parties)),)),
        RuledText("纠纷简要情况", case.brief, 3),
        RuledText("已做的调解工作", "", 2),
        BlankLine((Blank("随函材料", ""),)),
        sealed(case, case.concluded if case.outcome == "referred" else None),
        FormText("回　执", head=True),
        BlankLine((Blank("处理意见", "□接收　□退回　原因"),)),
        SigningPlaces("签收人（签名、盖章）"),
        dated(None),
    )  # fmt: skip


def follow_up(case: Case, done: Visited | None) -> Document:
    """Return the 回访记录 of one visit after the agreement; which party signs it is not known."""
    result = text_masked(done.result or "", case.parties) if done else ""
    case = minors_masked(case)
    return form(
        case, "人民调解回访记录",
        BlankLine((Blank("当事人", names(case.parties)),)),
        BlankLine((Blank("调解协议编号", case.number),)),
        BlankLine((Blank("回访事由", f"{about(case)}协议履行情况" if case.kind else ""),)),
        BlankLine((Blank("回访时间", day_text(done.day) if done else ""),)),
        RuledText("回访情况", result, 8),
        SigningPlaces("被回访人（签名或按指印）"),
        SigningPlaces("回访人（签名）", ((*done.staff, *done.volunteers) if done else ()) or ("",)),
        dated(done.day if done else None),
    )  # fmt: skip


def confirmation(case: Case) -> Document:
    """Return the 司法确认申请书: asked for jointly within thirty days (人民调解法 art. 33)."""
    number = f"（编号{case.number}）" if case.number else ""
    return form(
        case, "司法确认申请书",
        *side_blocks(case, "A", "申请人（甲方）"),
        *side_blocks(case, "B", "申请人（乙方）"),
        FormText(f"申请人因{about(case) or '　　　　　　　　　　'}，于{day_text(case.concluded)}经"
                  f"{case.post.committee or COMMITTEE}调解达成调解协议{number}。"
                  "现共同请求人民法院依法确认该协议有效。"),
        RuledText("协议主要内容", case.agreement.terms or "", 3),
        FormText("申请人承诺：协议出于自愿，没有恶意串通、规避法律的行为；内容不损害国家利益、社会公共利益"
                  "和他人合法权益。"),
        BlankLine((Blank("此致", case.post.court or "　　　　　　　　　　　人民法院"),)),
        FormText("附：调解协议一式　　份，身份证明　　份，其他证据材料　　份。"),
        signing("申请人", case.parties),
        dated(None), numbered=False,
    )  # fmt: skip


def explanation(case: Case) -> Document:
    """Return the 卷宗情况说明, for what the file does not say by itself.

    Where no agreement was made it tells why, and that the parties were told their legal ways (art. 26).
    """
    case = minors_masked(case)
    said = ""
    if case.outcome in REASONS and case.concluded:
        why = f"，原因：{case.reason}" if case.reason else ""
        said = f"　　本纠纷于{day_text(case.concluded)}{RESULT_NAMES[case.outcome]}{why}。"
        said += _TOLD_WAYS if case.told_ways else ""
    return form(
        case, "卷宗情况说明",
        RuledText("", said, 14),
        SigningPlaces("立卷人（签名）"),
        dated(None),
    )  # fmt: skip
