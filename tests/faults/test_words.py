"""What people type, however odd: stored exactly, or refused in a sentence; never a fault of ours."""

import time

from sqlalchemy import select

from db.kernel.errors import PolicepostError
from db.ledger import Ledger
from db.places import Household
from db.search import find
from db.visits import Visit
from db.visits.recording import VisitEntry, record_visits
from tests.builders import DAY, street

HOSTILE = [
    "'; DROP TABLE visit; --", '" OR 1=1 --', "') UNION SELECT mac FROM command --", "%", "_", "\\", "*",
    'NEAR(a b)', 'a AND', "col:x", '"', "[[[1]]]", "<b>&amp;</b>", "=cmd|' /C calc'!A0", "@SUM(A1)",
    "{0.__class__}", "%s%n", "${jndi:ldap://x}", "a", "", " ", "字" * 10_000, "a" * 10_000,
]  # fmt: skip
ODD = [
    "\x00", "a\x00b", "\ud800", "😀\u200d😀", "\u202eabc", "\ufeffx", "e" + "\u0301" * 500, "مرحبا",
    "\U00020bb7野家", "\x1b[31m", "a\r\nb",
]  # fmt: skip


def test_a_search_for_anything_answers_at_once(ledger: Ledger) -> None:
    street(ledger, homes=50)
    with ledger.read() as connection:
        for text in (*HOSTILE, *ODD):
            began = time.process_time()
            find(connection, text)
            assert time.process_time() - began < 0.3, text[:20]
        assert connection.execute(select(Household.id)).all() != []


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
