"""The forms a mediation begins with: 申请书, 受理登记表, 权利义务告知书, 授权委托书, 调查记录.

Fields as docs/DOMAIN.md gives them; rights and duties are those of 人民调解法 arts. 23-24.
"""

from db.disputes.case import Case
from db.disputes.registering import MOST_REQUESTS
from db.disputes.words import KIND_NAMES
from desktop.paper.document import (
    Blank,
    BlankLine,
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
    names,
    sealed,
    side_blocks,
    signing,
    ticked,
)

_RIGHTS = (
    "（一）选择或者接受人民调解员；",
    "（二）接受调解、拒绝调解或者要求终止调解；",
    "（三）要求调解公开进行或者不公开进行；",
    "（四）自主表达意愿、自愿达成调解协议。",
)
_DUTIES = (
    "（一）如实陈述纠纷事实；",
    "（二）遵守调解现场秩序，尊重人民调解员；",
    "（三）尊重对方当事人行使权利。",
)


def application(case: Case) -> Document:
    """Return the 申请书: both parties, the facts, what is asked, the declaration; who applies signs."""
    case = minors_masked(case, signing=case.side("A"))
    return form(
        case, "人民调解申请书",
        *side_blocks(case, "A", "申请人"),
        *side_blocks(case, "B", "被申请人"),
        RuledText("纠纷简要情况", case.brief, 4),
        *(
            RuledText("" if at else "申请事项", f"{at + 1}.{''.join(case.requests[at : at + 1])}")
            for at in range(MOST_REQUESTS)
        ),
        FormText(f"{COMMITTEE}已将申请人民调解的相关规定告知我，现自愿申请{COMMITTEE}进行调解。"),
        signing("申请人", case.side("A")),
        dated(case.registered),
    )  # fmt: skip


def acceptance(case: Case) -> Document:
    """Return the 受理登记表: when, who, what kind, from where, the facts, who registered it."""
    asked = case.source == "party"
    ways = (
        ticked("当事人申请", chosen=asked),
        ticked("主动调解", chosen=bool(case.source) and not asked),
    )
    return form(
        case, "人民调解受理登记表",
        BlankLine((Blank("受理日期", day_text(case.registered)),)),
        *side_blocks(case, "A", "甲方"),
        *side_blocks(case, "B", "乙方"),
        BlankLine((Blank("纠纷类型", KIND_NAMES.get(case.kind, "")),)),
        BlankLine((Blank("案件来源", "　".join(ways)),)),
        RuledText("纠纷简要情况", case.brief, 4),
        signing("当事人", case.parties),
        SigningPlaces("登记人（签名）"),
        sealed(case, case.registered),
    )  # fmt: skip


def rights(case: Case) -> Document:
    """Return the 权利义务告知书."""
    told = f"根据《中华人民共和国人民调解法》的规定，现将当事人在{COMMITTEE}调解活动中的权利、义务告知如下："
    return form(
        case, "人民调解权利义务告知书",
        FormText(told),
        FormText("一、当事人享有下列权利", head=True),
        *map(FormText, _RIGHTS),
        FormText("二、当事人履行下列义务", head=True),
        *map(FormText, _DUTIES),
        FormText("三、其他", head=True),
        FormText("人民调解不收取任何费用。达成的调解协议具有法律约束力，当事人应当按照约定履行；"
                  "双方认为有必要的，可以自协议生效之日起三十日内共同向人民法院申请司法确认。"),
        FormText("以上内容已经知悉。"),
        signing("当事人", case.parties),
        dated(case.registered),
    )  # fmt: skip


def authority(case: Case) -> Document:
    """Return the 授权委托书 of whoever has an agent."""
    with_agent = [party for party in case.parties if party.of.agent]
    case = minors_masked(case, signing=with_agent)
    agents = "、".join(party.of.agent or "" for party in with_agent)
    return form(
        case, "授权委托书",
        BlankLine((Blank("委托人", names(with_agent)),)),
        BlankLine((Blank("受委托人", agents),)),
        BlankLine((Blank("与委托人关系", ""), Blank("联系方式", ""))),
        BlankLine((Blank("单位或住址", ""),)),
        RuledText("委托事项", f"代为参加{about(case)}的调解" if case.kind else "", 2),
        RuledText("代理权限", "", 3),
        FormText("代为承认、放弃、变更请求，进行和解、签署调解协议的，须由委托人在代理权限中写明。"),
        signing("委托人", with_agent, themselves=True),
        SigningPlaces("受委托人（签名）"),
        dated(None),
    )  # fmt: skip


def inquiry(case: Case) -> Document:
    """Return the 调查记录, its questions and answers left for a pen; who will be asked is not known."""
    case = minors_masked(case)
    return form(
        case, "人民调解调查记录",
        BlankLine((Blank("时间", ""),)),
        BlankLine((Blank("地点", ""),)),
        BlankLine((Blank("参加人", ""),)),
        BlankLine((Blank("被调查人", ""), Blank("联系方式", ""))),
        BlankLine((Blank("调查人", "、".join(case.mediators)), Blank("记录人", ""))),
        BlankLine((Blank("案由", about(case)),)),
        RuledText("调查内容", "问：", 10),
        SigningPlaces("被调查人（签名或按指印）"),
        SigningPlaces("调查人、记录人（签名）"),
    )  # fmt: skip
