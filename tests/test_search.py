"""Finding: characters, pinyin, initials, telephones, addresses as spoken; exact before prefix."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, select

from db import search_text
from db.disputes import Dispute, DisputeParty
from db.kernel.access import Right
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command
from db.kernel.records import Record, SearchKey
from db.ledger import Ledger
from db.people import Staff, Volunteer
from db.places import Building, Community, Household
from db.search import Hit, find
from db.search_text import ENTITIES, SearchText, rank_of
from db.trainings import Training, TrainingDraft
from db.trainings.sessions import add_training
from tests.builders import rows_command


def fill(ledger: Ledger) -> dict[str, Id]:
    """Write a few records of every kind; return their ids by a short name."""
    ids = {
        name: new_id()
        for name in (
            "community", "building", "thirty", "qiu", "wang", "far", "leader", "staff", "dispute",
            "training", "older",
        )
    }  # fmt: skip
    community, building = ids["community"], ids["building"]
    home = {"community": community, "occupancy": "occupied", "unit": "2"}
    three, thirty = {**home, "building": building}, {**home, "building": ids["thirty"]}
    place = {"community": community, "estate": "晨园", "rural": False}
    rows: list[tuple[type[Any], list[dict[str, Any]]]] = [
        (Community, [{"id": community, "name": "第1社区", "key": "第1", "rank": 1}]),
        (
            Building,
            [
                {**place, "id": building, "number": "3", "key": "晨园/3"},
                {**place, "id": ids["thirty"], "number": "30", "key": "晨园/30"},
            ],
        ),
        (
            Household,
            [
                {**three, "id": ids["qiu"], "room": "401", "key": "晨园/3/2/401", "contact": "仇霞", "phone": "13812345678"},
                {**three, "id": ids["wang"], "room": "402", "key": "晨园/3/2/402", "contact": "王仇"},
                {**thirty, "id": ids["far"], "room": "401", "key": "晨园/30/2/401", "contact": "单雄"},
            ],
        ),
        (Volunteer, [{"id": ids["leader"], "community": community, "name": "仇霞光", "role": "household_leader"}]),
        (Staff, [{"id": ids["staff"], "name": "仇"}]),
        (
            Dispute,
            [{"id": ids["dispute"], "registered": date(2026, 3, 5), "kind": "neighbour", "brief": "楼上漏水", "paper_year": 2026, "paper_number": "0012"}],
        ),
        (
            DisputeParty,
            [
                {"id": new_id(), "dispute": ids["dispute"], "side": "A", "place": 0, "name": "赵敏"},
                {"id": new_id(), "dispute": ids["dispute"], "side": "B", "place": 0, "name": "钱塘"},
            ],
        ),
        (
            Training,
            [
                {"id": ids["older"], "topic": "消防演练", "kind": "drill", "day": date(2026, 2, 1)},
                {"id": ids["training"], "topic": "消防演练", "kind": "drill", "day": date(2026, 3, 1)},
            ],
        ),
    ]  # fmt: skip
    for record, some in rows:
        ledger.write(rows_command(record, some))
    return ids


def names(ledger: Ledger, ids: dict[str, Id], text: str, limit: int = 30) -> list[str]:
    called = {id_: name for name, id_ in ids.items()}
    with ledger.read() as connection:
        return [called[hit.record] for hit in find(connection, text, limit)]


FOUND: list[tuple[str, list[str]]] = [
    ("仇霞", ["qiu", "leader"]),
    ("qiuxia", ["qiu", "leader"]),
    ("qx", ["qiu", "leader"]),
    # whole, then beginning, then inside; by kind within each
    ("仇", ["staff", "qiu", "leader", "wang"]),
    ("shan", ["far"]),
    ("138", ["qiu"]),
    ("5678", ["qiu"]),
    ("138 1234 5678", ["qiu"]),
    ("１３８", ["qiu"]),
    ("晨园3-2-401", ["qiu"]),
    ("晨园3号楼2单元401", ["qiu"]),
    ("晨园 3号楼 2单元 401", ["qiu"]),
    ("晨园3号楼", ["building", "qiu", "wang"]),
    ("晨园30", ["thirty", "far"]),
    ("仇 晨园3号楼", ["qiu", "wang"]),
    ("cy30", ["thirty"]),
    ("仇霞 没有", []),
    ("赵敏", ["dispute"]),
    ("zm", ["dispute"]),
    ("漏水", ["dispute"]),
    ("0012", ["dispute"]),
    ("2026-0012", ["dispute"]),
    # in different keys of one dispute
    ("赵敏 漏水", ["dispute"]),
    ("赵敏 钱塘 2026", ["dispute"]),
    ("赵敏 仇霞", []),
    ("消防", ["training", "older"]),
    ("xfyl", ["training", "older"]),
    ("", []),
    ("   ", []),
    ("%", []),
    ("_", []),
]


def test_a_few_letters_find_it(ledger: Ledger) -> None:
    ids = fill(ledger)
    assert [(text, names(ledger, ids, text)) for text, _ in FOUND] == FOUND


def test_hits_say_what_they_are(ledger: Ledger) -> None:
    ids = fill(ledger)
    with ledger.read() as connection:
        found = [find(connection, text)[0] for text in ("仇霞", "仇霞光", "仇", "钱塘", "消防")]
    assert found == [
        Hit("household", ids["qiu"], "晨园3号楼2单元401", "仇霞 第1社区"),
        Hit("volunteer", ids["leader"], "仇霞光", "联户长 第1社区"),
        Hit("staff", ids["staff"], "仇", "工作人员"),
        Hit("dispute", ids["dispute"], "2026-0012 邻里纠纷", "赵敏、钱塘 2026年3月5日登记"),
        Hit("training", ids["training"], "消防演练", "2026年3月1日培训"),
    ]


def test_no_more_than_asked_for_and_the_best_first(ledger: Ledger) -> None:
    assert names(ledger, fill(ledger), "仇", limit=2) == ["staff", "qiu"]


def test_a_topic_typed_whole_is_not_pushed_out_by_newer_ones_that_hold_it(ledger: Ledger) -> None:
    ledger.write(add_training(TrainingDraft("反诈", date(2025, 1, 1))))
    for at in range(31):
        ledger.write(add_training(TrainingDraft("春季反诈宣传", date(2026, 1, 1), start=at * 10)))
    with ledger.read() as connection:
        found = [hit.title for hit in find(connection, "反诈")]
    assert found[0] == "反诈"
    assert set(found[1:]) == {"春季反诈宣传"}


def test_the_samples_doors_are_found_as_they_are_spoken(sample: Ledger) -> None:
    with sample.read() as connection:
        written = find(connection, "晨园3-2-401")
        spoken = find(connection, "晨园3号楼2单元401室")
    assert written[0].title == "晨园3号楼2单元401"
    assert spoken[0] == written[0]
    assert len({(hit.entity, hit.record) for hit in written}) == len(written)


def test_keys_in_memory_answer_as_looking_at_each_key(sample: Ledger) -> None:
    held = SearchText()
    with sample.read() as connection:
        held.read(connection)
        rows = connection.execute(select(SearchKey.entity, SearchKey.record, SearchKey.text)).all()
    keys = sorted((ENTITIES.index(entity), record, text) for entity, record, text in rows)
    assert len(keys) > 17_000
    for text in (
        "1",
        "z",
        "王",
        "zhangwei",
        "晨园3-2-401",
        "5678",
        "王 晨园3",
        "李 1",
        "a 王",
        "没有这",
    ):
        for forms in ((text,), (text, "陈")):
            wanted = tuple({tuple((word,) for word in form.split()) for form in forms})
            ranked = [
                (rank, kind, record)
                for kind, record, key in keys
                if (rank := rank_of(key, wanted)) is not None
            ]
            expected = [
                (ENTITIES[kind], record, rank) for rank, kind, record in sorted(ranked)[:30]
            ]
            assert held.find(wanted, 30) == expected, (text, forms)


def test_kept_keys_follow_what_is_written(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ids, held = fill(ledger), SearchText()
    reads = []
    read = search_text._read

    def counted(connection: Connection) -> Any:
        reads.append(connection)
        return read(connection)

    monkeypatch.setattr(search_text, "_read", counted)

    def found(text: str) -> list[Id]:
        with ledger.read() as connection:
            return [hit.record for hit in find(connection, text, keys=held)]

    def named(name: str) -> int:
        rows = {ids["staff"]: {"name": name}}
        return ledger.write(Command("测试", Right.WRITE, lambda tx: tx.change(Staff, rows))).no

    assert found("仇")[0] == ids["staff"]
    ledger.note("打印")
    ledger.write(add_training(TrainingDraft("反诈", date(2025, 1, 1))))
    assert found("仇")[0] == ids["staff"]
    assert len(reads) == 1
    last = named("葛亮")
    assert found("geliang") == [ids["staff"]]
    assert ids["staff"] not in found("仇")
    ledger.undo(last)
    assert found("仇")[0] == ids["staff"]
    assert len(reads) == 3


def test_every_table_with_keys_has_its_place_among_the_hits() -> None:
    keyed = {
        mapper.class_.__tablename__
        for mapper in Record.registry.mappers
        if mapper.class_ is not Record and "search_text" in vars(mapper.class_)
    }
    assert keyed == set(ENTITIES)
