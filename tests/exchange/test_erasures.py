"""What is erased at one site is erased at the others: in rows, in the journal, in what they pass on."""

from sqlalchemy import select

from db.exchange.merging import merge
from db.kernel.erasing import By, Wanted, erase
from db.kernel.erasure import ERASED
from db.kernel.ids import Id, new_id
from db.kernel.records import ChangeRow
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Community
from tests.builders import rows_command, street
from tests.exchange.histories import command
from tests.exchange.sites import Copying, bring, digest_of, exchange_fully, known_to, parcel_for

NAME, PHONE = "雀联户", "13800001234"


def _person(ledger: Ledger) -> Id:
    street(ledger)
    with ledger.read() as connection:
        community = connection.execute(select(Community.id)).scalar_one()
    made = new_id()
    who = {"id": made, "community": community, "name": NAME, "phone": PHONE}
    ledger.write(rows_command(Volunteer, [{**who, "role": "household_leader"}]))
    return made


def _erase(ledger: Ledger, person: Id) -> None:
    wanted = Wanted("volunteer", [person], ("name", "phone"), noted=True)
    ledger.write(command(lambda tx: erase(tx, [wanted], By("request", None, None))))


def _hits(ledger: Ledger) -> int:
    with ledger.read() as connection:
        told = connection.execute(select(ChangeRow.fields, ChangeRow.origin)).all()
        rows = connection.execute(select(Volunteer.name, Volunteer.phone)).all()
    texts = [str(part) for row in (*told, *rows) for part in row]
    return sum(NAME in text or PHONE in text for text in texts)


def test_an_erasure_reaches_every_site_and_no_package_brings_the_name_back(
    copies: Copying,
) -> None:
    a, b, c = copies(3)
    person = _person(a)
    bring(a, b)
    # Packed before the erasure, merged after it; and one to a site that never had the person.
    old = parcel_for(a, known_to(c))
    assert _hits(b) > 0
    _erase(a, person)
    bring(a, b)
    assert _hits(a) == _hits(b) == 0
    bring(b, c)
    assert _hits(c) == 0
    c.write(merge(old))
    exchange_fully([a, b, c])
    assert _hits(a) == _hits(b) == _hits(c) == 0
    for ledger in (a, b, c):
        with ledger.read() as connection:
            row = connection.execute(select(Volunteer.name, Volunteer.phone)).one()
        assert tuple(row) == (ERASED, None)
        assert ledger.problems() == []
    assert digest_of(a) == digest_of(b) == digest_of(c)


def test_what_another_site_wrote_before_it_heard_goes_too(copies: Copying) -> None:
    a, b = copies(2)
    person = _person(a)
    bring(a, b)
    _erase(a, person)
    b.write(command(lambda tx: tx.change(Volunteer, {person: {"note": "还住在1栋"}})))
    b.write(command(lambda tx: tx.change(Volunteer, {person: {"phone": PHONE[:-1] + "9"}})))
    exchange_fully([a, b])
    assert _hits(a) == _hits(b) == 0
    assert a.problems() == []
    assert b.problems() == []
    with a.read() as connection:
        assert connection.execute(select(Volunteer.note)).scalar_one() == "还住在1栋"
