"""What people type, however odd: stored exactly, or refused in a sentence; never a fault of ours."""

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path

import openpyxl
from pypdf import PdfReader
from sqlalchemy import event, select

from db import tables
from db.exports import ExportQuery, export
from db.kernel.clock import today
from db.kernel.errors import PolicepostError
from db.kernel.fields import common_problems, fields_of
from db.ledger import Ledger
from db.places import Household
from db.search import find
from db.visits import Visit
from db.visits.recording import VisitEntry, record_visits
from desktop.paper.fonts import find_faces
from desktop.paper.ledger_book import write_book
from desktop.paper.ledger_paper import ledger_papers
from desktop.paper.pdf import write_pdf
from tests.builders import DAY, street
from tests.imports.books import counts, seen

HOSTILE = [
    "'; DROP TABLE visit; --", '" OR 1=1 --', "') UNION SELECT mac FROM command --", "%", "_", "\\", "*",
    'NEAR(a b)', 'a AND', "col:x", '"', "[[[1]]]", "<b>&amp;</b>", "=cmd|' /C calc'!A0", "@SUM(A1)",
    "{0.__class__}", "%s%n", "${jndi:ldap://x}", "a", "", " ", "字" * 10_000, "a" * 10_000,
    "字" * 2**19, "a" * 2**20, "＝1＋1", "+1", "-1", "\t=1+1", "@SUM(A1:A2)", "=HYPERLINK(\"http://127.0.0.1:9/\")",
    "file:///etc/passwd", "<img src='file:///etc/passwd'/>", "<para><font color='[[[1]]]'>x</font></para>",
]  # fmt: skip
ODD = [
    "\x00", "a\x00b", "\ud800", "😀\u200d😀", "\u202eabc", "\ufeffx", "e" + "\u0301" * 500, "مرحبا",
    "\U00020bb7野家", "\x1b[31m", "a\nb",
]  # fmt: skip


def test_a_search_for_anything_answers_at_once(ledger: Ledger) -> None:
    street(ledger, homes=50)
    with ledger.read() as connection:
        # What is put together once in a process is no part of a search.
        find(connection, "晨园 zhang")
        for text in (*HOSTILE, *ODD):
            began = time.process_time()
            find(connection, text)
            assert time.process_time() - began < 2, text[:20]
        assert connection.execute(select(Household.id)).all() != []


@contextlib.contextmanager
def _reaching_out() -> Iterator[list[str]]:
    """Lend what this process opens, connects to and starts meanwhile."""
    heard, listening = list[str](), True

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event.split(".", maxsplit=1)[0] in {
            "open",
            "socket",
            "subprocess",
            "urllib",
        }:
            heard.append(f"{event} {arguments}")

    # A hook stays for good; it hears nothing any more afterwards.
    sys.addaudithook(hear)
    yield heard
    listening = False


def test_what_is_typed_is_never_part_of_a_statement(ledger: Ledger) -> None:
    """All goes to the library beside the statement: searched for, written, kept aside."""
    doors, said = street(ledger), list[str]()
    typed = [text for text in (*HOSTILE, *ODD) if len(text) > 3 and "\ud800" not in text]

    def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    for engine in (ledger.core.readers, ledger.core.writer):
        event.listen(engine, "before_cursor_execute", heard)
    with ledger.read() as connection:
        for text in typed:
            find(connection, text)
    for text in typed:
        assert ledger.keep_unsaved("走访", {"字": text})
        with contextlib.suppress(PolicepostError):
            ledger.write(record_visits(doors[:1], VisitEntry(DAY, "met", people=1, note=text)))
    assert len(said) > 3 * len(typed)
    assert any(statement.startswith("INSERT INTO visit") for statement in said)
    log = "\n".join(said)
    assert [text[:40] for text in typed if text in log] == []


def test_what_was_stored_goes_out_as_a_text_on_every_way_and_comes_back_unchanged(
    ledger: Ledger, tmp_path: Path
) -> None:
    doors, stored = iter(street(ledger, homes=60)), list[str]()
    for text in (*HOSTILE, *ODD, "字" * 500):
        with contextlib.suppress(PolicepostError):
            ledger.write(record_visits([next(doors)], VisitEntry(DAY, "met", people=1, note=text)))
            stored += [" ".join(text.split())] if text.split() else []
    assert len(stored) > 25
    with ledger.read() as connection:
        made = export(connection, ExportQuery("visits", masked=False), today(ledger.clock))
        at = made.sheets[0].headings.index("备注")
        assert sorted(str(row[at]) for row in made.sheets[0].rows if row[at]) == sorted(stored)
    write_book(made, tmp_path / "1.xlsx")
    cells = [
        cell
        for row in openpyxl.load_workbook(tmp_path / "1.xlsx").worksheets[0].iter_rows()
        for cell in row
    ]
    assert {(cell.value, cell.data_type) for cell in cells if cell.value in stored} == {
        (text, "s") for text in stored
    }
    assert counts(seen(ledger, tmp_path / "1.xlsx"))["visits"] == (
        0,
        0,
        len(made.sheets[0].rows),
        0,
        0,
    )
    faces, papers = (
        find_faces(None, machine=False),
        ledger_papers(made, author="三号警务室", made_on=DAY),
    )
    with _reaching_out() as reached:
        assert write_pdf(papers, tmp_path / "1.pdf", faces=faces) > 1
    assert "1.pdf" in "".join(reached), "what is opened is heard"
    assert [one for one in reached if not one.startswith("open") or "passwd" in one] == []
    read = "".join(page.extract_text() for page in PdfReader(tmp_path / "1.pdf").pages)
    plain = "".join(read.split())
    for text in stored:
        assert text not in HOSTILE or "".join(text.split()) in plain


def test_no_field_of_any_form_takes_a_megabyte() -> None:
    """What is declared of a field refuses it in a sentence, whichever noun it belongs to."""
    assert tables.WITH_TABLES
    drafts = {
        said
        for title, module in list(sys.modules.items())
        if title.startswith("db.")
        for said in vars(module).values()
        if isinstance(said, type) and is_dataclass(said) and fields_of(said)
    }
    most, refused = "字" * 350_000, 0
    for draft in drafts:
        for name, field in fields_of(draft).items():
            if field.kind not in {"text", "prose", "name", "names", "words", "phone"}:
                continue
            value = (most,) if field.kind in {"names", "words"} else most
            reasons = [p.reason for p in common_problems(draft(**{name: value})) if p.field == name]
            assert len(reasons) == 1, (draft, name)
            assert "太长" in reasons[0]
            refused += 1
    assert refused > 70


def test_a_note_is_stored_as_it_was_or_refused_in_a_sentence(ledger: Ledger) -> None:
    doors, kept, refused = street(ledger), 0, 0
    for text in (*HOSTILE, *ODD):
        entry = VisitEntry(DAY, "met", people=1, note=text)
        with ledger.read() as connection:
            before = set(connection.execute(select(Visit.id)).scalars())
        said = ""
        try:
            ledger.write(record_visits(doors[:1], entry))
        except PolicepostError as error:
            said = str(error)
        with ledger.read() as connection:
            new = select(Visit.note).where(Visit.id.not_in(before))
            stored = connection.execute(new).scalars().all()
        if said:
            refused += 1
            assert stored == []
            assert said.endswith("。")
            assert len(text) < 3 or text not in said
        else:
            kept += 1
            (note,) = stored
            assert "".join((note or "").split()) == "".join(text.split())
    assert min(kept, refused) > 3


def test_a_form_with_any_text_is_kept_aside(ledger: Ledger) -> None:
    for text in (*HOSTILE, *ODD):
        assert ledger.keep_unsaved("走访", {"字": text})
        assert ledger.unsaved()["走访"] == {"字": text}
