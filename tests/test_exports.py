"""Ledgers out: in the columns they came in, read back without a change, masked unless said otherwise."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from db.disputes import Dispute, Reopening
from db.disputes.parties import PartyDraft, change_party, parties_of
from db.disputes.registering import RegistrationDraft, register_dispute
from db.disputes.steps import SessionDraft, hold_session
from db.exports import ExportQuery, columns_of, export
from db.figures.spans import span_figures
from db.imports import preview, read_files, write_import
from db.kernel.access import MATRIX, Role
from db.kernel.clock import today
from db.kernel.errors import EnvironmentFault, UserError
from db.kernel.ids import new_id
from db.kernel.journal import Command
from db.kernel.workdays import Period, Week
from db.ledger import Ledger
from db.people import Volunteer, VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from db.places import Household, communities
from db.sample import PASSWORD
from db.trainings import TrainingDraft
from db.trainings.lists import attendance, trainings
from db.trainings.sessions import Expected, add_training, enter, remove_training, training_draft
from db.visits import Visit, campaigns
from db.visits.campaigning import CampaignDraft, add_campaign
from desktop.paper.ledger_book import write_book
from tests.builders import add_community
from tests.imports.books import HOMES, VISITS, book, bring_in, counts, home, tried

DAY = date(2026, 3, 23)
KINDS = ("households", "volunteers", "visits", "disputes", "trainings")


def out(ledger: Ledger, path: Path, kind: str, *, masked: bool = False, **more: Any) -> Path:
    with ledger.read() as connection:
        made = export(connection, ExportQuery(kind, masked=masked, **more), DAY)
    write_book(made, path)
    return path


def cells(path: Path) -> list[tuple[Any, ...]]:
    sheets = openpyxl.load_workbook(path).worksheets
    return [row for sheet in sheets for row in sheet.iter_rows(values_only=True)]


def looked_at(ledger: Ledger, *paths: Path) -> Any:
    with ledger.read() as connection:
        return preview(connection, read_files(paths), today(ledger.clock))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, _sample_template: Path) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("out")
    with Ledger.unlock(_sample_template, PASSWORD, write=False) as ledger:
        return {kind: out(ledger, folder / f"{kind}.xlsx", kind) for kind in KINDS}


def test_what_went_out_comes_back_without_a_change(sample: Ledger, files: dict[str, Path]) -> None:
    for kind, path in files.items():
        made = looked_at(sample, path)
        account = made.accounts[0]
        told = {fate: n for fate, n in account.counts.items() if n and fate != "unchanged"}
        assert (account.kind, told, account.told) == (kind, {}, []), kind
        assert made.plan.empty, kind


def test_a_new_ledger_made_of_what_went_out_counts_the_same(
    ledger: Ledger, sample: Ledger, files: dict[str, Path]
) -> None:
    made = looked_at(ledger, *files.values())
    assert not any(account.rejected_rows for account in made.accounts)
    ledger.write(write_import(made))
    with sample.read() as there:
        campaign = campaigns(there)[0]
        counted = {n: span_figures(there, Week(2026, n)) for n in (9, 10, 11, 12)}
    ledger.write(add_campaign(CampaignDraft(campaign.name, campaign.start, campaign.end)))
    with ledger.read() as here:
        for number, figures in counted.items():
            assert span_figures(here, Week(2026, number)) == figures


def test_the_columns_are_those_of_the_posts_own_file(ledger: Ledger, tmp_path: Path) -> None:
    head = [
        "门牌",
        "备考",
        "户主姓名",
        "NO",
        "楼号",
        "单元号",
        "身份证号",
        "房屋面积",
        "民族",
        "签字",
    ]
    line = ["101", "有狗", "王英", 1, "3号楼", "1", "110101", 80, "汉", None]
    bring_in(ledger, book(tmp_path / "1.xlsx", 第一社区=[head, line]))
    made = cells(out(ledger, tmp_path / "2.xlsx", "households"))
    at = next(n for n, row in enumerate(made) if "门牌" in row)
    kept = ["门牌", "备考", "户主姓名", "NO", "楼号", "单元号", "房屋面积", "签字"]
    assert list(made[at][: len(kept)]) == kept
    assert made[at + 1][:8] == ("101", "有狗", "王英", 1, "3号楼", "1单元", None, None)
    assert not any("身份证" in str(c) or "民族" in str(c) for row in made for c in row)
    assert "第一社区" in str(made[0][0])


def test_what_the_columns_have_no_place_for_gets_one(ledger: Ledger, tmp_path: Path) -> None:
    head = ["社区", "小区", "楼栋", "单元", "房号", "户主姓名"]
    line = ["第一社区", "晨园", "3", "1", "101", "王英"]
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[head, line]))
    with ledger.read() as connection:
        id_ = connection.execute(select(Household.id)).scalar_one()
    ledger.write(
        Command(
            "改",
            ExportQuery("households").right,
            lambda tx: tx.change(Household, {id_: {"note": "=1+1"}}),
        )
    )
    path = out(ledger, tmp_path / "2.xlsx", "households")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = list(sheet.iter_rows())
    heading = next(row for row in rows if row[0].value == "社区")
    assert [c.value for c in heading][-2:] == ["居住状态", "备注"]
    said = rows[-1][len(heading) - 1]
    assert (said.value, said.data_type) == ("=1+1", "s"), "a text is never a formula"
    made = looked_at(ledger, path)
    assert counts(made)["households"] == (0, 0, 1, 0, 0)


def test_villages_and_doors_without_numbers_come_back(ledger: Ledger, tmp_path: Path) -> None:
    homes = [
        ["社区", "自然村", "组", "门牌号", "户主姓名"],
        ["第一村", "东沟", "3组", "12", "王英"],
        ["第一村", "东沟", "3组", None, "李明"],
    ]
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=homes))
    seen = [
        ["日期", "社区", "自然村", "组", "门牌号", "姓名", "走访人", "走访结果"],
        ["2026-3-1", "第一村", "东沟", "3组", "12", None, "赵强", "见到人"],
        ["2026-3-2", "第一村", "东沟", "3组", None, "李明", "赵强", "未遇"],
    ]
    bring_in(ledger, book(tmp_path / "2.xlsx", 走访=seen))
    bring_in(ledger, book(tmp_path / "3.xlsx", 住户=[HOMES, home(101)]))
    for kind, number in (("households", 3), ("visits", 2)):
        made = looked_at(ledger, out(ledger, tmp_path / "out.xlsx", kind))
        assert counts(made)[kind] == (0, 0, number, 0, 0)


def test_a_hand_edit_goes_out(sample: Ledger, tmp_path: Path) -> None:
    with sample.read() as connection:
        id_ = connection.execute(select(Volunteer.id).limit(1)).scalar_one()
    sample.write(
        Command(
            "改",
            ExportQuery("volunteers").right,
            lambda tx: tx.change(Volunteer, {id_: {"name": "欧阳金雀"}}),
        )
    )
    assert any("欧阳金雀" in row for row in cells(out(sample, tmp_path / "1.xlsx", "volunteers")))


def test_a_dispute_taken_up_again_goes_out_open(sample: Ledger, tmp_path: Path) -> None:
    with sample.read() as connection:
        id_, number = connection.execute(
            select(Dispute.id, Dispute.paper_number).where(Dispute.paper_number == "0001")
        ).one()
    row = {"id": new_id(), "dispute": id_, "day": DAY, "reason": "没有履行"}
    sample.write(
        Command("重新受理", ExportQuery("disputes").right, lambda tx: tx.add(Reopening, [row]))
    )
    made = cells(out(sample, tmp_path / "1.xlsx", "disputes"))
    heading = next(line for line in made if "调解结果" in line)
    line = next(line for line in made if line[0] == f"2026-{number}")
    said = dict(zip(heading, line, strict=True))
    assert (said["调解结果"], said["调解日期"], said["回访日期"]) == ("调解中", None, None)


def test_names_and_telephones_leave_masked(sample: Ledger, tmp_path: Path) -> None:
    with sample.read() as connection:
        name, phone = connection.execute(
            select(Household.contact, Household.phone).where(Household.phone.is_not(None)).limit(1)
        ).one()
        people = set(connection.execute(select(Volunteer.name)).scalars())
    text = str(cells(out(sample, tmp_path / "1.xlsx", "households", masked=True)))
    assert name not in text
    assert phone not in text
    assert f"{phone[:3]}****{phone[-4:]}" in text
    for kind in ("volunteers", "trainings"):
        told = {
            c
            for row in cells(out(sample, tmp_path / f"{kind}.xlsx", kind, masked=True))
            for c in row
        }
        assert not people & told, kind
    with pytest.raises(UserError, match="不能再导入"):
        looked_at(sample, tmp_path / "1.xlsx")


def test_whole_names_go_out_only_with_who_may_copy_the_ledger() -> None:
    may = {
        role: [
            ExportQuery("visits", masked=masked).right in MATRIX[role] for masked in (True, False)
        ]
        for role in Role
    }
    assert may[Role.OFFICER] == may[Role.AUXILIARY] == [True, True]
    assert may[Role.WORKER] == may[Role.READER] == [True, False]


def test_only_the_days_and_the_community_asked_for(sample: Ledger, tmp_path: Path) -> None:
    period = Period(date(2026, 3, 16), date(2026, 3, 22))
    with sample.read() as connection:
        place = communities(connection)[0]
        days = connection.execute(
            select(Visit.id)
            .join(Household, Household.id == Visit.household)
            .where(Visit.day.between(period.start, period.end), Household.community == place.id)
        ).all()
        made = export(connection, ExportQuery("visits", period, place.id), DAY)
        with pytest.raises(UserError, match="没有可以导出的"):
            export(
                connection, ExportQuery("visits", Period(date(2020, 1, 1), date(2020, 1, 2))), DAY
            )
    assert made.rows == len(days) > 0


def test_without_a_file_of_its_own_a_ledger_has_the_usual_columns(
    ledger: Ledger, tmp_path: Path
) -> None:
    bring_in(ledger, book(tmp_path / "1.xlsx", 住户=[HOMES, home(101)]))
    bring_in(ledger, book(tmp_path / "2.xlsx", 走访=[VISITS, tried(101)]))
    with ledger.read() as connection:
        usual = [text for text, _ in columns_of(connection, "disputes").headings]
    assert usual[:3] == ["编号", "登记日期", "来源"]


def test_a_file_that_cannot_be_written_leaves_the_one_before(
    sample: Ledger, tmp_path: Path
) -> None:
    target = tmp_path / "there"
    target.mkdir()
    with pytest.raises(EnvironmentFault):
        out(sample, target, "disputes")
    assert list(target.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("there")) == ["there"]


def test_who_stands_beside_a_party_leaves_masked_too(ledger: Ledger, tmp_path: Path) -> None:
    community = ledger.write(add_community("第三社区")).value
    ledger.write(add_volunteer(VolunteerPlace(community), VolunteerDraft(name="赵联户")))
    brief = "王小小在楼道受伤，监护人王建国、代理人孙律师和赵联户都在场"
    draft = RegistrationDraft(
        registered=DAY, kind="damages", side_a=("王小小",), side_b=("不详",), brief=brief
    )
    dispute = ledger.write(register_dispute(draft)).value
    with ledger.read() as connection:
        party = parties_of(connection, dispute)[0]
    minor = PartyDraft(name="王小小", age=9, guardian="王建国", agent="孙律师")
    ledger.write(change_party(party.id, minor))
    ledger.write(hold_session(dispute, SessionDraft(DAY, volunteers=("赵联户",))))
    text = str(cells(out(ledger, tmp_path / "1.xlsx", "disputes", masked=True)))
    assert "楼道受伤" in text
    for name in ("王小小", "王建国", "孙律师", "赵联户"):
        assert name not in text
    whole = str(cells(out(ledger, tmp_path / "2.xlsx", "disputes")))
    assert whole.count("王建国") == 1


def test_a_session_s_hours_record_and_scores_go_out_and_come_back(
    ledger: Ledger, tmp_path: Path
) -> None:
    place = ledger.write(add_community("第三社区")).value
    ledger.write(add_volunteer(VolunteerPlace(place), VolunteerDraft("仇霞")))
    draft = TrainingDraft(
        "反诈宣讲", DAY, 1170, 1260, "会议室", hours=45, pass_mark=60, note="讲了刷单\n王小明发言"
    )
    made = ledger.write(add_training(draft, Expected(status="present"))).value
    with ledger.read() as connection:
        (person,) = attendance(connection, made)
    ledger.write(enter(person.id, "before", 55))
    ledger.write(enter(person.id, "after", 90))
    path = out(ledger, tmp_path / "1.xlsx", "trainings")
    assert counts(looked_at(ledger, path))["trainings"] == (0, 0, 1, 0, 0)
    # Who was listed here is what the roster says.
    assert "联户长" in str(cells(path))
    masked = str(cells(out(ledger, tmp_path / "2.xlsx", "trainings", masked=True)))
    assert "仇某" in masked
    assert "王小明" not in masked
    ledger.write(remove_training(made))
    ledger.write(write_import(looked_at(ledger, path)))
    with ledger.read() as connection:
        (session,) = trainings(connection)
        assert training_draft(connection, session.id) == draft
        (person,) = attendance(connection, session.id)
    assert (person.name, person.on_roster, person.before, person.after) == ("仇霞", True, 55, 90)
