"""The statistics of disputes against a count by hand, and against the figures of the sample weeks."""

from dataclasses import replace
from datetime import date

from db.disputes.agreeing import AgreementDraft, write_agreement
from db.disputes.facts import clocks
from db.disputes.life import ConclusionDraft, ReopeningDraft, conclude, reopen
from db.disputes.registering import register_dispute
from db.disputes.statistics import DisputeStatistics, dispute_statistics, success
from db.disputes.steps import ExtensionDraft, extend
from db.figures.spans import span_figures
from db.kernel.ids import Id
from db.kernel.workdays import Period, Week
from db.ledger import Ledger
from desktop.paper.dispute_numbers import statistics_paper
from desktop.paper.document import plain_text
from tests.test_dispute_life import DRAFT, SETTLED

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def counted(ledger: Ledger, period: Period = MARCH) -> DisputeStatistics:
    with ledger.read() as connection:
        return dispute_statistics(connection, period, clocks(connection))


def registered(ledger: Ledger, day: date, **other: object) -> Id:
    return ledger.write(register_dispute(replace(DRAFT, registered=day, **other))).value  # type: ignore[arg-type]


def test_each_number_has_its_disputes(ledger: Ledger) -> None:
    first = registered(ledger, date(2026, 3, 2))
    second = registered(ledger, date(2026, 3, 3), kind="wages", source="party")
    third = registered(ledger, date(2026, 1, 5), kind="wages")
    ledger.write(conclude(first, SETTLED))
    ledger.write(write_agreement(first, AgreementDraft("oral", terms="修好", amount=260000)))
    late = ConclusionDraft("failed", date(2026, 3, 10), told_ways="told", reason="谈不拢")
    ledger.write(conclude(third, late))
    said = counted(ledger)
    assert set(said.registered) == {first, second}
    assert said.matrix == {("neighbour", "settled"): (first,), ("wages", "open"): (second,)}
    assert said.by_source == {"": (first,), "party": (second,)}
    assert said.concluded.by_outcome == {"settled": (first,), "failed": (third,)}
    assert said.concluded.by_form == {"oral": (first,)}
    assert (said.concluded.amount, said.concluded.days) == (260000, (10,))
    assert said.concluded.in_time == (first,)
    assert said.concluded.late == (third,)
    assert {band: ids for band, ids in said.concluded.by_days.items() if ids} == {
        "8—15天": (first,)
    }
    assert success(said.concluded.by_outcome) == (1, 2)
    assert said.months[-1] == (date(2026, 3, 1), (first, second), (first,))
    assert said.months[0][0] == date(2025, 4, 1)


def test_an_agreed_extension_is_in_time_and_days_run_from_the_last_reopening(
    ledger: Ledger,
) -> None:
    long = registered(ledger, date(2026, 1, 5))
    ledger.write(extend(long, ExtensionDraft(date(2026, 1, 20), date(2026, 3, 20), "等鉴定")))
    ledger.write(conclude(long, replace(SETTLED, day=date(2026, 3, 11), due=None)))
    again = registered(ledger, date(2026, 1, 6))
    ledger.write(conclude(again, ConclusionDraft("withdrawn", date(2026, 1, 8), reason="自行和解")))
    ledger.write(reopen(again, ReopeningDraft(date(2026, 3, 9), "又漏了")))
    ledger.write(conclude(again, replace(SETTLED, day=date(2026, 3, 12), due=None)))
    said = counted(ledger)
    assert set(said.concluded.in_time) == {long, again}
    assert sorted(said.concluded.days) == [3, 65]
    assert said.concluded.median_days == 34
    assert said.concluded.by_days["1—7天"] == (again,)
    assert said.concluded.by_days["30天以上"] == (long,)


def test_a_week_agrees_with_the_figures_of_the_report(sample: Ledger) -> None:
    week = Week.parse("2026-W12")
    said = counted(sample, week.period)
    with sample.read() as connection:
        figures = span_figures(connection, week).now.disputes
    assert figures is not None
    assert len(said.registered) == figures.new
    assert len(said.concluded.by_outcome.get("settled", ())) == figures.resolved
    assert len(said.concluded.by_outcome.get("failed", ())) == figures.failed
    assert sum(len(ids) for ids in said.matrix.values()) == figures.new


def test_the_paper_has_the_numbers_of_the_period(sample: Ledger) -> None:
    said = counted(sample)
    text = plain_text(statistics_paper(said, author="三号警务室", made_on=date(2026, 3, 23)))
    headings = [line for line in text.splitlines() if line[1:2] == "、"]
    assert headings[0].startswith("一、近十二个月登记")
    assert headings[-1].endswith("办结的期限")
    assert sum(map(len, said.concluded.by_days.values())) == len(said.concluded.days)
    within = f"期限内\t{len(said.concluded.in_time)}\t"
    assert within in text
    assert f"合计\t{len(state(said, 'open'))}\t" in text


def state(said: DisputeStatistics, wanted: str) -> list[Id]:
    return [id_ for (_, of), ids in said.matrix.items() if of == wanted for id_ in ids]
