"""What the papers of a dispute need: parties in full, the agreement, numbers, the file."""

from dataclasses import replace
from datetime import date

import pytest

from db.disputes import DisputeDraft
from db.disputes.agreeing import (
    AgreementDraft,
    AnswerDraft,
    answer_referral,
    take_answer_back,
    write_agreement,
)
from db.disputes.card import DisputeCard
from db.disputes.course import DisputePaper
from db.disputes.dossier import mark_printed, put_in_file, take_from_file
from db.disputes.earlier import Looked, earlier_disputes
from db.disputes.life import (
    ConclusionDraft,
    FollowUpDraft,
    PerformanceDraft,
    conclude,
    follow_up,
    perform,
)
from db.disputes.numbers import (
    ON_PAPER,
    Gap,
    explain_gap,
    give_number,
    set_first_number,
    year_numbers,
)
from db.disputes.parties import PartyDraft, change_party, parties_of
from db.disputes.registering import (
    RegistrationDraft,
    change_dispute,
    register_dispute,
    registration,
    remove_dispute,
)
from db.disputes.steps import SessionDraft, hold_session
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.records import Site
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from db.search import find
from tests.builders import add_community
from tests.test_dispute_life import DRAFT, SETTLED, TODAY, card

MINOR = PartyDraft(name="王大明", sex="male", age=15, occupation="学生", guardian="王小明")
FIRM = PartyDraft(kind="organisation", name="晨园物业有限公司", head="陈志远", head_post="经理")
REFERRED = ConclusionDraft("referred", date(2026, 3, 12), destination="司法所")


@pytest.fixture
def dispute(ledger: Ledger) -> Id:
    return ledger.write(register_dispute(DRAFT)).value


def states(shown: DisputeCard) -> dict[str, str]:
    return {line.paper.code: line.state for line in shown.papers}


def test_a_party_is_kept_in_full_through_a_change_of_the_registration(
    ledger: Ledger, dispute: Id
) -> None:
    with ledger.read() as connection:
        first, second, third = parties_of(connection, dispute)
    ledger.write(change_party(second.id, MINOR))
    ledger.write(change_party(third.id, FIRM))
    later = replace(DRAFT, side_a=("李新", "王大明", "王小明"), side_b=("晨园物业有限公司",))
    ledger.write(change_dispute(dispute, later))
    with ledger.read() as connection:
        parties = parties_of(connection, dispute)
    assert [party.of.name for party in parties] == ["李新", "王大明", "王小明", "晨园物业有限公司"]
    assert parties[1].id == second.id
    assert parties[1].of == MINOR
    assert parties[2].id == first.id
    assert parties[3].of == FIRM


@pytest.mark.parametrize(
    ("age", "occupation", "needs"),
    [
        (9, None, True),
        (15, "学徒", True),
        (17, "学生", True),
        (17, None, True),
        (17, "学徒", False),
        (18, "学生", False),
    ],
)
def test_a_minor_has_a_guardian(
    ledger: Ledger, dispute: Id, age: int, occupation: str, *, needs: bool
) -> None:
    with ledger.read() as connection:
        party = parties_of(connection, dispute)[0]
    draft = PartyDraft(name="王小明", age=age, occupation=occupation)
    if not needs:
        ledger.write(change_party(party.id, draft))
        return
    with pytest.raises(UserError, match="监护人"):
        ledger.write(change_party(party.id, draft))
    ledger.write(change_party(party.id, replace(draft, guardian="王建")))


def test_an_organisation_has_nothing_that_is_a_persons(ledger: Ledger, dispute: Id) -> None:
    with ledger.read() as connection:
        party = parties_of(connection, dispute)[2]
    ledger.write(change_party(party.id, replace(FIRM, sex="male", age=40, guardian="某")))
    with ledger.read() as connection:
        assert parties_of(connection, dispute)[2].of == FIRM


def test_a_company_begins_as_an_organisation_and_a_person_sets_it_otherwise(ledger: Ledger) -> None:
    draft = replace(DRAFT, side_a=("王小明",), side_b=("晨园物业有限公司", "尔不都热依木·买买提"))
    dispute = ledger.write(register_dispute(draft)).value
    with ledger.read() as connection:
        person, company, other = parties_of(connection, dispute)
    assert [p.of.kind for p in (person, company, other)] == ["person", "organisation", "person"]
    ledger.write(change_party(company.id, replace(company.of, kind="person")))
    ledger.write(change_dispute(dispute, replace(draft, brief="改过的简要情况")))
    with ledger.read() as connection:
        assert parties_of(connection, dispute)[1].of.kind == "person"


def test_an_identity_number_is_refused_everywhere(ledger: Ledger, dispute: Id) -> None:
    with ledger.read() as connection:
        party = parties_of(connection, dispute)[0]
    number = "11010519491231002X"
    with pytest.raises(UserError, match="身份证"):
        ledger.write(change_party(party.id, PartyDraft(name="王小明", address=f"某街 {number}")))
    ledger.write(conclude(dispute, SETTLED))
    with pytest.raises(UserError, match="身份证"):
        ledger.write(write_agreement(dispute, AgreementDraft("oral", terms=f"甲方{number}")))


def test_an_agreement_is_written_with_its_lines_kept(ledger: Ledger, dispute: Id) -> None:
    with pytest.raises(UserError, match="没有协议"):
        ledger.write(write_agreement(dispute, AgreementDraft("oral", terms="不再漏水")))
    ledger.write(conclude(dispute, SETTLED))
    agreed = AgreementDraft(
        "written",
        "漏水",
        "一、修好。\n\n  二、赔 2600 元。 ",
        "一次付清",
        date(2026, 4, 1),
        260000,
        3,
    )
    ledger.write(write_agreement(dispute, agreed))
    shown = card(ledger, dispute)
    assert shown.case.agreement == replace(agreed, terms="一、修好。\n二、赔 2600 元。")
    assert shown.duties[-1].by == date(2026, 4, 1)
    with pytest.raises(UserError, match="履行期限"):
        ledger.write(write_agreement(dispute, replace(agreed, due=date(2026, 3, 1))))


def test_what_is_sent_back_is_open_again_and_both_are_seen(ledger: Ledger, dispute: Id) -> None:
    ledger.write(conclude(dispute, REFERRED))
    answer = AnswerDraft("returned", date(2026, 3, 16), "不属受理范围")
    done = ledger.write(answer_referral(dispute, answer))
    shown = card(ledger, dispute)
    assert shown.state == "open"
    assert shown.duties[0].by == date(2026, 4, 16)
    assert [fact.title for fact in shown.facts] == ["移送", "移送答复", "重新受理"]
    ledger.undo(done.no)
    assert card(ledger, dispute).state == "referred"
    ledger.write(answer_referral(dispute, AnswerDraft("accepted", date(2026, 3, 13))))
    shown = card(ledger, dispute)
    assert (shown.state, shown.case.answered) == ("referred", True)
    ledger.write(take_answer_back(shown.facts[0].record))
    assert not card(ledger, dispute).case.answered


def test_a_failure_needs_that_the_legal_ways_were_told(ledger: Ledger, dispute: Id) -> None:
    failed = ConclusionDraft("failed", date(2026, 3, 12), reason="当事人拒绝调解")
    with pytest.raises(UserError, match="仲裁"):
        ledger.write(conclude(dispute, failed))
    ledger.write(conclude(dispute, replace(failed, told_ways="told")))
    assert "已告知法律途径" in card(ledger, dispute).facts[0].detail


def test_volunteers_of_a_session_are_people_of_the_roster(ledger: Ledger, dispute: Id) -> None:
    held = SessionDraft(date(2026, 3, 11), volunteers=("张三",))
    with pytest.raises(UserError, match="张三"):
        ledger.write(hold_session(dispute, held))
    community = ledger.write(add_community("第三社区")).value
    ledger.write(add_volunteer(VolunteerPlace(community), VolunteerDraft(name="张三")))
    ledger.write(hold_session(dispute, held))
    assert card(ledger, dispute).facts[0].title == "调解"


def test_numbers_run_per_year_and_never_come_twice(ledger: Ledger, dispute: Id) -> None:
    others = [
        ledger.write(register_dispute(replace(DRAFT, registered=day))).value
        for day in (date(2025, 12, 31), date(2026, 3, 11), date(2026, 3, 12))
    ]
    ledger.write(set_first_number(2026, 37))
    numbers = [ledger.write(give_number(one)).value for one in (dispute, *others)]
    code = card(ledger, dispute).case.post.code
    assert numbers == [
        f"({year}){code}人调字第{n:04d}号"
        for year, n in ((2026, 37), (2025, 1), (2026, 38), (2026, 39))
    ]
    again = ledger.write(give_number(dispute))
    assert again.value == numbers[0]
    removed = ledger.write(remove_dispute(others[1]))
    with ledger.read() as connection:
        gone = [gap for gap in year_numbers(connection, 2026).gaps if gap.given]
    assert gone == [Gap(38, 38, "登记有误，已删除", given=True)]
    ledger.write(explain_gap(2026, 38, 38, "重复登记"))
    fifth = ledger.write(register_dispute(DRAFT)).value
    assert ledger.write(give_number(fifth)).value.endswith("第0040号")
    ledger.undo(removed.no)
    with ledger.read() as connection:
        assert [gap for gap in year_numbers(connection, 2026).gaps if gap.given] == []
        assert registration(connection, others[1]) is not None
        assert [hit.record for hit in find(connection, "2026-0038")] == [others[1]]
    with pytest.raises(UserError, match="已经编到第40号"):
        ledger.write(set_first_number(2026, 12))
    ledger.write(set_first_number(2026, 60))
    sixth = ledger.write(register_dispute(DRAFT)).value
    assert ledger.write(give_number(sixth)).value.endswith("第0060号")
    with ledger.read() as connection:
        gaps = year_numbers(connection, 2026).gaps
    assert gaps == (Gap(1, 36, ON_PAPER, given=False), Gap(41, 59, ON_PAPER, given=False))


def test_a_given_number_is_not_taken_back(ledger: Ledger, dispute: Id) -> None:
    done = ledger.write(give_number(dispute))
    with pytest.raises(UserError, match="不能撤销"):
        ledger.undo(done.no)


@pytest.mark.parametrize(
    ("paper", "given"),
    [
        ("2026-0064", "第0065号"),
        ("(2026)三号人调字第0064号", "第0065号"),
        ("〔2026〕三号人调字第64号", "第0065号"),
        ("2026年64号", "第0065号"),
        # A file's number of an archive runs through no year of ours.
        ("2026-20260064", "第0001号"),
        ("(2025)三号人调字第0064号", "第0001号"),
    ],
)
def test_numbers_begin_after_those_of_an_imported_ledger(
    ledger: Ledger, paper: str, given: str
) -> None:
    old = ledger.write(register_dispute(replace(DRAFT, number=paper))).value
    number = ledger.write(give_number(old)).value
    assert number.endswith(given)
    shown = card(ledger, old)
    assert shown.number == f"2026-{int(number[-5:-1]):04d}"
    assert shown.case.paper_number.endswith(paper[5:].lstrip("-)〕年"))


def test_another_copy_of_the_ledger_gives_no_numbers(ledger: Ledger, dispute: Id) -> None:
    with ledger.core.writer.begin() as connection:
        connection.execute(Site.__table__.update().values(number=2))
    with pytest.raises(UserError, match="不编号"):
        ledger.write(give_number(dispute))


def test_the_file_names_what_it_needs_as_the_dispute_goes_on(ledger: Ledger, dispute: Id) -> None:
    always = ["受理登记表", "权利义务告知书", "身份证明", "调解记录", "封底"]
    assert card(ledger, dispute).missing == always
    ledger.write(conclude(dispute, SETTLED))
    assert card(ledger, dispute).missing == [*always[:4], "口头协议登记表", "封底"]
    ledger.write(perform(dispute, PerformanceDraft(date(2026, 3, 13))))
    ledger.write(follow_up(dispute, FollowUpDraft(date(2026, 3, 14), "好")))
    assert card(ledger, dispute).missing == [
        *always[:4],
        "口头协议登记表",
        "履行凭证",
        "回访记录",
        "封底",
    ]
    withdrawn = ledger.write(register_dispute(replace(DRAFT, source="party"))).value
    ledger.write(
        conclude(withdrawn, ConclusionDraft("withdrawn", date(2026, 3, 11), reason="和解了"))
    )
    assert card(ledger, withdrawn).missing == [
        "申请书",
        "权利义务告知书",
        "身份证明",
        "卷宗情况说明",
        "封底",
    ]


def test_printing_is_not_having(ledger: Ledger, dispute: Id) -> None:
    ledger.write(mark_printed(dispute, {"rights": 1, "session": 2}))
    assert states(card(ledger, dispute))["rights"] == "printed"
    assert "权利义务告知书" in card(ledger, dispute).missing
    filed = ledger.write(put_in_file(dispute, ["rights", "identity"], 2))
    shown = card(ledger, dispute)
    assert (states(shown)["rights"], states(shown)["identity"]) == ("filed", "filed")
    assert [line.pages for line in shown.papers if line.paper.code in ("rights", "identity")] == [
        2,
        2,
    ]
    ledger.write(take_from_file(dispute, "identity"))
    assert states(card(ledger, dispute))["identity"] == "none"
    ledger.write(put_in_file(dispute, ["identity"]))
    with pytest.raises(UserError, match="页数"):
        ledger.write(put_in_file(dispute, ["identity"], 1000))
    with pytest.raises(UserError, match="没有这种文书"):
        ledger.write(put_in_file(dispute, ["photograph"]))
    assert filed.no


def test_a_removed_dispute_takes_its_papers_and_brings_them_back(
    ledger: Ledger, dispute: Id
) -> None:
    ledger.write(mark_printed(dispute, {"rights": 1}))
    done = ledger.write(remove_dispute(dispute))
    with ledger.read() as connection:
        assert connection.execute(DisputePaper.__table__.select()).all() == []
    ledger.undo(done.no)
    assert states(card(ledger, dispute))["rights"] == "printed"


def test_earlier_disputes_share_a_party_or_the_door(ledger: Ledger, dispute: Id) -> None:
    other = replace(DRAFT, side_a=("仇强",), phone_a="13900000000", side_b=("赵四",))
    same = ledger.write(register_dispute(replace(other, registered=date(2026, 3, 15)))).value
    shown = card(ledger, same)
    assert [(line.id, line.same) for line in shown.earlier] == [(dispute, ("仇强",))]
    assert card(ledger, dispute).earlier == ()
    with ledger.read() as connection:

        def found(name: str, phone: str | None, day: date) -> list[Id]:
            return [line.id for line in earlier_disputes(connection, Looked(((name, phone),)), day)]

        assert found("王小明", None, TODAY) == [dispute]
        assert found("王小明", "13800004521", TODAY) == [dispute]
        assert found("王小明", "13911112222", TODAY) == []
        assert found("王小明", None, date(2027, 3, 10)) == [dispute]
        assert found("王小明", None, date(2027, 3, 11)) == []
        assert found("不详", None, TODAY) == []


def test_a_place_that_is_a_home_is_known_as_one(ledger: Ledger) -> None:
    market = RegistrationDraft(
        registered=date(2026, 3, 10),
        kind="consumer",
        side_a=("甲",),
        side_b=("乙",),
        place="东门菜市场",
    )
    made = ledger.write(register_dispute(market)).value
    assert card(ledger, made).case.place == "东门菜市场"
    plain = DisputeDraft(
        registered=date(2026, 3, 10), kind="consumer", side_a=("甲",), side_b=("乙",)
    )
    ledger.write(change_dispute(made, plain))
    assert card(ledger, made).case.place == "东门菜市场"
