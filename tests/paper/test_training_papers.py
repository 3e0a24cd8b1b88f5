"""The papers of a session say what its list says: the sign-in sheet, the absent, the certificate."""

from datetime import date

import pytest

from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from db.trainings import TrainingDraft
from db.trainings.lists import attendance
from db.trainings.sessions import Expected, add_training, enter, join_many, mark
from db.trainings.sheets import print_sheet
from desktop.paper.document import plain_text
from desktop.trainings.making import (
    absent_list,
    absent_workbook,
    certificate_paper,
    sign_in_paper,
    sign_in_workbook,
)
from tests.builders import add_community

TODAY = date(2026, 3, 23)
DAY = date(2026, 3, 20)
DRAFT = TrainingDraft("反诈宣讲", DAY, 1170, 1260, "会议室", ("杨思豪",))


@pytest.fixture
def held(ledger: Ledger) -> Id:
    """A session with three people expected."""
    place = ledger.write(add_community("第三社区")).value
    for name in ("仇霞", "李强", "王芳"):
        ledger.write(add_volunteer(VolunteerPlace(place), VolunteerDraft(name)))
    return ledger.write(add_training(DRAFT, Expected())).value


def by_name(ledger: Ledger, held: Id) -> dict[str, Id]:
    with ledger.read() as connection:
        return {row.name: row.id for row in attendance(connection, held)}


def test_before_the_session_its_sheet_has_empty_places_and_lines_below(
    ledger: Ledger, held: Id
) -> None:
    ids = by_name(ledger, held)
    ledger.write(mark([ids["李强"]], "leave", "上班"))
    number = ledger.write(print_sheet(held, list(ids.values()), 2)).value
    with ledger.read() as connection:
        lines = plain_text(sign_in_paper(connection, number)).split("\n")
    assert lines[:5] == [
        "培训签到表",
        "（编号1，2026年3月23日打印）",
        "主题 反诈宣讲",
        "时间 2026年3月20日 19:30—21:00\t地点 会议室",
        "主讲人 杨思豪\t应到 3人\t实到 ",
    ]
    assert lines[5] == "序号\t姓名\t身份\t所属社区/网格\t签到时间\t本人签名\t备注"
    assert lines[6:11] == [
        "1\t仇霞\t联户长\t第三社区\t\t\t",
        "2\t李强\t联户长\t第三社区\t\t\t请假：上班",
        "3\t王芳\t联户长\t第三社区\t\t\t",
        "4\t\t\t\t\t\t",
        "5\t\t\t\t\t\t",
    ]


def test_after_it_the_sheet_tells_who_came_and_the_list_of_the_absent_the_others(
    ledger: Ledger, held: Id
) -> None:
    ids = by_name(ledger, held)
    ledger.write(mark([ids["仇霞"]], "late"))
    ledger.write(enter(ids["仇霞"], "signed", 1185))
    ledger.write(mark([ids["李强"]], "leave", "上班"))
    ledger.write(join_many(held, ["钱七"]))
    people = list(by_name(ledger, held).values())
    number = ledger.write(print_sheet(held, people, 0)).value
    with ledger.read() as connection:
        lines = plain_text(sign_in_paper(connection, number)).split("\n")
        absent = plain_text(absent_list(connection, held, TODAY)).split("\n")
        listed, away = sign_in_workbook(connection, held), absent_workbook(connection, held)
    assert lines[4] == "主讲人 杨思豪\t应到 4人\t实到 2人"
    assert lines[6:10] == [
        "1\t仇霞\t联户长\t第三社区\t19:45\t\t迟到",
        "2\t李强\t联户长\t第三社区\t\t\t请假：上班",
        "3\t王芳\t联户长\t第三社区\t\t\t缺席",
        "4\t钱七\t\t\t\t\t",
    ]
    assert absent[:2] == ["内部资料", "缺席名单"]
    assert "第三社区（2人）" in absent
    # A short list stands twice side by side.
    assert "1\t李强\t联户长\t请假\t上班\t2\t王芳\t联户长\t缺席\t" in absent
    assert "应到4人，实到2人，到训率50.0%" in absent[-2]
    assert listed.sheets[0].rows[0] == (
        1, "仇霞", "联户长", "第三社区", "19:45", None, None, "迟到",
    )  # fmt: skip
    assert [row[1] for row in away.sheets[0].rows] == ["李强", "王芳"]


def test_a_certificate_tells_only_what_was_attended_with_its_hours(
    ledger: Ledger, held: Id
) -> None:
    ids = by_name(ledger, held)
    ledger.write(mark([ids["仇霞"]], "present"))
    other = ledger.write(add_training(TrainingDraft("演练", date(2026, 2, 2)), Expected())).value
    ledger.write(mark([by_name(ledger, other)["仇霞"]], "late"))
    ledger.write(add_training(TrainingDraft("例会", date(2026, 2, 3)), Expected()))
    period = Period(date(2026, 1, 1), TODAY)
    with ledger.read() as connection:
        who = {row.name: row.volunteer for row in attendance(connection, held)}
        assert who["仇霞"] is not None
        assert who["王芳"] is not None
        said = plain_text(certificate_paper(connection, who["仇霞"], period, TODAY))
        with pytest.raises(UserError, match="没有到训的记录"):
            certificate_paper(connection, who["王芳"], period, TODAY)
    assert (
        "兹证明仇霞（第三社区联户长）在2026年1月1日至2026年3月23日期间，"
        "参加示范派出所三号警务室组织的培训2次，计1.5学时。" in said
    )
    assert "1\t2026-02-02\t演练\t业务培训\t—\t迟到" in said
    assert "有1次没有记时间，没有计入学时。" in said
    assert "例会" not in said
    assert said.endswith("示范派出所三号警务室\n2026年3月23日")
