"""Words of choice columns: synonyms and longer writings, never a denial taken for its opposite."""

import pytest

from db.disputes.words import KINDS, RESULTS, RISKS, SOURCES
from db.imports.cells import CellError, read
from db.imports.heading_rows import heading_at
from db.kernel.fields import Field
from db.places import OCCUPANCY
from db.trainings import STATUSES
from db.visits import OUTCOMES

OUTCOME = Field("走访结果", kind="choice", choices=OUTCOMES)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("见到人", "met"),
        ("见到人（2人）", "met"),
        ("家中无人，未遇", "not_home"),
        ("未见到人", "not_home"),
        ("已电话联系", "phone"),
        ("拒访。", "refused"),
        (" 留 门 卡 ", "left_card"),
        ("不在", "not_home"),
        ("没见到人", "not_home"),
        ("户主未见面", "not_home"),
        ("锁门", "not_home"),
        ("✓", "met"),
        ("✔", "met"),
    ],
)
def test_outcomes_as_people_write_them(written: str, code: str) -> None:
    assert read(OUTCOME, written) == code


@pytest.mark.parametrize("written", ["没有见到人", "不知道", "见到人，拒访", "没电话联系上", "？"])
def test_what_is_not_clear_is_not_guessed(written: str) -> None:
    with pytest.raises(CellError):
        read(OUTCOME, written)


def test_kinds_and_results_of_disputes() -> None:
    kind = Field("纠纷类型", kind="choice", choices=KINDS)
    result = Field("调解结果", kind="choice", choices=RESULTS)
    assert read(kind, "邻里纠纷") == "neighbour"
    assert read(kind, "婚姻家庭类纠纷") == "family"
    assert read(result, "已调解成功") == "settled"
    assert read(result, "调解不成功") == "failed"
    with pytest.raises(CellError):
        read(result, "尚未调解成功")


@pytest.mark.parametrize(
    ("choices", "written", "code"),
    [
        (STATUSES, "出席", "present"), (STATUSES, "已出席", "present"), (STATUSES, "未出席", "absent"),
        (STATUSES, "未签到", "absent"), (STATUSES, "✔", "present"), (STATUSES, "v", "present"),
        (OCCUPANCY, "有人", "occupied"), (OCCUPANCY, "自用", "occupied"), (OCCUPANCY, "常年无人", "empty"),
        (OCCUPANCY, "闲置", "empty"), (OCCUPANCY, "空关", "empty"), (OCCUPANCY, "群租", "rented"),
        (OCCUPANCY, "有人租住", "rented"), (SOURCES, "网格员", "leader"), (SOURCES, "报警", "emergency"),
        (SOURCES, "社区网格员走访发现", "visit"), (RISKS, "低风险", "ordinary"), (RISKS, "高风险", "grave"),
        (RISKS, "较高风险", "considerable"), (RISKS, "中高风险", "considerable"),
    ],
)  # fmt: skip
def test_common_words_of_other_columns(choices: dict[str, str], written: str, code: str) -> None:
    assert read(Field("栏", kind="choice", choices=choices), written) == code


@pytest.mark.parametrize(
    ("choices", "written"), [(STATUSES, "○"), (STATUSES, "早退"), (OCCUPANCY, "仓库"), (SOURCES, "信访")]
)  # fmt: skip
def test_words_that_may_mean_two_things_are_not_taken(
    choices: dict[str, str], written: str
) -> None:
    """○ is there to some and ill to others, 信访 comes from residents or from above."""
    with pytest.raises(CellError):
        read(Field("栏", kind="choice", choices=choices), written)


HEADINGS = {
    "编号 所属小区 栋 单元 室 户主 电话号码 常住人口 房屋状态 身份证": "households",
    "户号 小区 楼栋号 单元 房间号 住户姓名 手机 人口 居住类型 车牌号 政治面貌": "households",
    "房屋地址 业主姓名 业主电话 居住情况 实住人数": "households",
    "序号 村 组 户主姓名 联系电话 家庭人口 备注": "households",
    "走访日期 走访时间 社区名称 小区名称 楼号 单元号 门牌号 民警 入户情况 见面人数 宣传内容 资料份数": "visits",
    "走访时间 走访地址 户主姓名 联系电话 走访民警 走访情况 宣传资料(份) 发现隐患": "visits",
    "日期 地址 走访人员 是否见到 人数 备注": "visits",
    "序号 受理时间 纠纷类别 申请人 被申请人 纠纷简要情况 调解员 办结日期 化解情况 备注": "disputes",
    "序号 时间 当事人 矛盾纠纷类型 主要内容 责任人 处理结果": "disputes",
    "登记时间 纠纷来源 案由 甲方当事人 乙方当事人 风险 承办人 是否化解 回访情况": "disputes",
    "姓名 性别 人员类别 所属社区 联系方式 就业状态 聘任时间": "volunteers",
    "序号 社区 网格 楼栋长姓名 身份 楼栋 联系电话 职业": "volunteers",
    "序号 姓名 单位 签到时间 签名": "trainings",
    "培训日期 培训内容 培训地点 姓名 所在社区 是否参加 未参加原因": "trainings",
    "物品名称 数量 单价 金额": None,
    "日期 地址 走访人员 户主姓名 联系电话": None,
}


@pytest.mark.parametrize(("headings", "kind"), HEADINGS.items())
def test_ledgers_are_known_by_other_headings(headings: str, kind: str | None) -> None:
    found = heading_at([headings.split()], 0, 0, None, {})
    assert (found[1].kind.code if found else None) == kind


def test_columns_fall_to_the_field_they_mean_best() -> None:
    row = "走访时间 走访日期 地址 入户情况 人数".split()
    found = heading_at([row], 0, 0, None, {})
    assert found is not None
    assert {row[c]: f for f, c in found[1].columns.items()} == {
        "走访时间": "at", "走访日期": "day", "地址": "whole", "入户情况": "outcome", "人数": "people",
    }  # fmt: skip


def test_columns_that_may_never_be_kept_are_known_by_name() -> None:
    row = "小区 楼栋 房号 姓名 公民身份号码 民族 与户主关系 重点人员类别 车牌号 备用号码".split()
    found = heading_at([row], 0, 0, None, {})
    assert found is not None
    assert {row[c] for c in found[1].forbidden} == set(row[4:9])
    assert list(found[1].left_out.values()) == row[4:]
