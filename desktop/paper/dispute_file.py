"""The 卷宗 on paper: each form by its code, and the whole file in order with cover and contents."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from db.disputes.case import Case
from db.disputes.dossier import PaperLine
from desktop.paper import forms_opening as opening
from desktop.paper import forms_settling as settling
from desktop.paper.document import (
    Blank,
    BlankLine,
    Column,
    CoverName,
    Document,
    FormText,
    Row,
    RuledText,
    SigningPlaces,
    Table,
    Title,
)
from desktop.paper.fonts import Faces
from desktop.paper.form_parts import (
    COMMITTEE,
    about,
    committee,
    dated,
    day_text,
    form,
    minors_masked,
)
from desktop.paper.layout import lay_out

CONTENTS_ROWS = 16
SPACE = FormText("")
# How many of its empty lines a text may lose to keep a form on its page.
MOST_CUT = 6
MOST_MORE = 16
LONG = 3


def _sessions(case: Case) -> tuple[Document, ...]:
    return tuple(settling.session(case, held) for held in case.sessions or (None,))


def _extensions(case: Case) -> tuple[Document, ...]:
    return tuple(settling.extension(case, agreed) for agreed in case.extensions or (None,))


def _follow_ups(case: Case) -> tuple[Document, ...]:
    return tuple(settling.follow_up(case, done) for done in case.follow_ups or (None,))


def _application(case: Case) -> tuple[Document, ...]:
    asked = case.source == "party"
    return (opening.application(case) if asked else opening.acceptance(case),)


_FORMS: Mapping[str, Callable[[Case], tuple[Document, ...]]] = {
    "application": _application,
    "rights": lambda case: (opening.rights(case),),
    "authority": lambda case: (opening.authority(case),),
    "inquiry": lambda case: (opening.inquiry(case),),
    "session": _sessions,
    "extension": _extensions,
    "agreement": lambda case: (settling.agreement(case),),
    "referral": lambda case: (settling.referral(case),),
    "follow_up": _follow_ups,
    "confirmation": lambda case: (settling.confirmation(case),),
    "explanation": lambda case: (settling.explanation(case),),
    "back": lambda case: (back(case),),
}


def paper(case: Case, code: str, faces: Faces) -> tuple[Document, ...]:
    """Return a paper of the file; several where several sessions, visits or extensions were."""
    return tuple(fitted(document, faces) for document in _FORMS[code](case))


def fitted(document: Document, faces: Faces) -> Document:
    """Return a form with fewer empty lines where that saves a page."""
    best, fewest = document, len(lay_out(document, faces))
    for cut in range(1, MOST_CUT + 1):
        if fewest == 1:
            break
        shorter = _with_lines(document, -cut)
        pages = len(lay_out(shorter, faces))
        if pages < fewest:
            best, fewest = shorter, pages
    return best


def _filled(document: Document, faces: Faces) -> Document:
    """Return a form for handwriting with as many lines to write on as its page has room for."""
    best = fitted(document, faces)
    pages = len(lay_out(best, faces))
    for more in range(1, MOST_MORE + 1):
        longer = _with_lines(best, more)
        if len(lay_out(longer, faces)) > pages:
            return best if more == 1 else _with_lines(best, more - 1)
    return _with_lines(best, MOST_MORE)


def _with_lines(document: Document, more: int) -> Document:
    """Return a form with so many more lines, or fewer down to two, under its longer texts."""
    return document._replace(
        blocks=tuple(
            block._replace(least=max(2, block.least + more))
            if isinstance(block, RuledText) and block.least >= LONG
            else block
            for block in document.blocks
        )
    )


def blank_papers(
    case: Case,
    faces: Faces,
    codes: Collection[str] | None = None,
    titles: Collection[str] | None = None,
) -> list[Document]:
    """Return forms empty, for handwriting, with no page numbers: they come with the file.

    Those of the codes, of each in every shape it has; with None all of them, with cover and contents.
    Of these only those of the titles, if some are named.
    """
    wanted = [one for one in _blanks(case, codes) if titles is None or one.title in titles]
    front = ("卷宗封面", "卷内目录")
    return [
        (one if one.title in front else _filled(one, faces))._replace(first_page=0)
        for one in wanted
    ]


def blank_titles(case: Case) -> list[str]:
    """Return what the empty forms are called, in the order of the file."""
    return [one.title for one in _blanks(case, None)]


def _blanks(case: Case, codes: Collection[str] | None) -> list[Document]:
    made = {
        **{code: make(case) for code, make in _FORMS.items()},
        "application": (opening.application(case), opening.acceptance(case)),
        "agreement": tuple(settling.agreement(replace(case, form=f)) for f in ("written", "oral")),
    }
    every = [one for code in (made if codes is None else codes) for one in made[code]]
    return every if codes is not None else [cover(case, None), contents(case, ()), *every]


def whole_file(
    case: Case, lines: Sequence[PaperLine], day: date, faces: Faces
) -> tuple[list[Document], dict[str, int]]:
    """Return cover, contents and every paper that is needed or there, and the pages of each printed.

    Pages run through from the first paper behind the contents; what comes from outside counts with
    the pages it was filed with, and has no page before it is.
    """
    printed: dict[str, int] = {}
    listed: list[tuple[str, int]] = []
    papers: list[Document] = []
    at = 1
    for line in lines:
        code, count = line.paper.code, 0
        if not line.needed and line.state == "none":
            continue
        if line.paper.printable:
            for document in paper(case, code, faces):
                numbered = document if code == "back" else document._replace(first_page=at + count)
                count += len(lay_out(numbered, faces))
                papers.append(numbered)
            printed[code] = count
        elif line.state == "filed":
            count = line.pages or 1
        if code != "back":
            listed.append((line.name, at if count else 0))
            at += count
    return [cover(case, day), contents(case, listed), *papers], printed


def cover(case: Case, day: date | None) -> Document:
    """Return the 卷宗封面, made up on the day."""
    mediated = [held.day for held in case.sessions]
    begun = min(mediated, default=case.registered)
    ended = case.concluded or max(mediated, default=None)
    said = {
        "卷名": about(minors_masked(case)), "卷号": case.number, "人民调解员": "、".join(case.mediators),
        "调解日期": f"自{day_text(begun)}至{day_text(ended)}", "立卷人": "",
        "立卷日期": day_text(day), "保管期限": "",
        "备注": f"纸质台账编号{case.paper_number}" if case.paper_number else "",
    }  # fmt: skip
    fields = [
        part for label, value in said.items() for part in (BlankLine((Blank(label, value),)), SPACE)
    ]
    by = committee(case)
    place = by.removesuffix(COMMITTEE)
    whose = tuple(part for part in (place, by.removeprefix(place)) if part)
    names = (SPACE, CoverName(whose), CoverName(("人民调解卷宗",)), SPACE)
    return Document("卷宗封面", committee(case), (*names, *fields[:-1]), form=True, first_page=0)


def contents(case: Case, listed: Sequence[tuple[str, int]]) -> Document:
    """Return the 卷内目录: what is in the file, and on which of its pages."""
    rows = [
        Row((str(at), name, str(page) if page else "", ""))
        for at, (name, page) in enumerate(listed, 1)
    ]
    rows += [Row(("", "", "", ""))] * max(0, CONTENTS_ROWS - len(rows))
    columns = (
        Column("序号", "centre"), Column("文书名称", narrow=False), Column("页号", "centre"),
        Column("备注", narrow=False),
    )  # fmt: skip
    table = Table(columns, tuple(rows), by_hand=True)
    return Document(
        "卷内目录", committee(case), (Title(("卷内目录",)), table), form=True, first_page=0
    )


def back(case: Case) -> Document:
    """Return the 封底, which says how many pages the file has and who checked it."""
    return form(
        case, "卷宗封底",
        BlankLine((Blank("本卷共", "　　　页"),)),
        RuledText("需要说明的情况", "", 5),
        SigningPlaces("立卷人（签名）"),
        SigningPlaces("检查人（签名）"),
        dated(None),
    )._replace(first_page=0)  # fmt: skip
