"""The sample sub-district: every row accounted for, and nothing twice."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select, text

from db.imports import write_import
from db.kernel.errors import UserError
from db.kernel.history import history
from db.kernel.proofs import digest
from db.ledger import Ledger
from db.places import Household, HouseholdDraft, change_household
from db.sample import FILES
from db.visits import Visit, change_visit
from tests.conftest import SAMPLE
from tests.imports.books import bring_in, counts, seen

EXPECTED = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))
TOTALS, PROBLEMS = EXPECTED["totals"], EXPECTED["problems"]


def test_every_row_ends_as_the_samples_own_count_says(ledger: Ledger) -> None:
    # Named in the wrong order on purpose: visits need the homes that come after them.
    made = bring_in(ledger, *(SAMPLE / name for name in reversed(FILES)))
    bad = sum(n for name, n in PROBLEMS.items() if name.startswith("visits_") and "dup" not in name)
    assert counts(made) == {
        "households": (TOTALS["households"], 0, 0, PROBLEMS["homes_duplicate"], 0),
        "volunteers": (TOTALS["volunteers"], 0, 0, 0, 0),
        "visits": (TOTALS["visits"], 0, 0, PROBLEMS["visits_duplicate"], bad),
        "disputes": (TOTALS["disputes"], 0, 0, 0, 0),
        "trainings": (TOTALS["trainings"], 0, 0, 0, 0),
    }
    visits = next(a for a in made.accounts if a.kind == "visits")
    reasons = [t.reason for t in visits.told if t.fate == "rejected"]
    assert sum("这一户" in r for r in reasons) == PROBLEMS["visits_unknown_address"]
    assert sum("日期" in r or "这一天" in r for r in reasons) == PROBLEMS["visits_bad_date"]
    assert sum("走访结果" in r for r in reasons) == PROBLEMS["visits_bad_outcome"]
    assert sum("人数" in r for r in reasons) == PROBLEMS["visits_bad_number"]
    homes = next(a for a in made.accounts if a.kind == "households")
    assert homes.left_out_columns == ["身份证号码", "民族"]


def test_the_same_files_again_change_nothing(sample: Ledger) -> None:
    made = seen(sample, *(SAMPLE / name for name in FILES))
    assert made.plan.empty
    for added, changed, unchanged, _, _ in counts(made).values():
        assert (added, changed) == (0, 0)
        assert unchanged > 0


def test_hand_edits_survive_the_old_files(sample: Ledger) -> None:
    with sample.read() as connection:
        home = connection.execute(
            select(Household.id).where(Household.phone == "13329676895")
        ).scalar_one()
        tried = connection.execute(select(Visit.id).where(Visit.people == 4).limit(1)).scalar_one()
    sample.write(
        change_household(home, HouseholdDraft(contact="许煜博", phone="13900000000", residents=4))
    )
    sample.write(change_visit(tried, {"people": 5}))
    made = seen(sample, SAMPLE / "住户台账.xlsx", SAMPLE / "走访记录.csv")
    assert made.plan.empty
    stale = [t for a in made.accounts for t in a.told if t.fate == "stale"]
    assert [(t.sheet, t.column, t.value) for t in stale if t.column] == [
        ("第六社区", "联系电话", "13329676895")
    ]
    assert len(stale) == 2
    assert {k: v[1] for k, v in counts(made).items()} == {"households": 0, "visits": 0}


def test_the_whole_import_is_undone(ledger: Ledger) -> None:
    with ledger.read() as connection:
        before = digest(connection)
    bring_in(ledger, *(SAMPLE / name for name in FILES))
    with ledger.read() as connection:
        number = history(connection, 1)[0].no
    ledger.undo(number)
    with ledger.read() as connection:
        assert digest(connection) == before


def test_forbidden_columns_leave_no_trace(sample: Ledger, tmp_path: Path) -> None:
    canaries = ("650200000000000001", "650200000000000003")
    made = seen(sample, SAMPLE / "住户台账.xlsx")
    assert not any(c in json.dumps(made.to_json(), ensure_ascii=False) for c in canaries)
    with sample.read() as connection:
        for table in connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'")):
            rows = connection.execute(text(f'SELECT * FROM "{table[0]}"')).all()  # noqa: S608
            held = repr(rows)
            assert not any(c in held for c in canaries)
            assert "身份证" not in held
    for file in (p for p in tmp_path.rglob("*") if p.is_file()):
        assert not any(c.encode() in file.read_bytes() for c in canaries)


def test_a_preview_made_before_other_work_is_not_written(ledger: Ledger) -> None:
    made = seen(ledger, SAMPLE / "住户台账.xlsx")
    ledger.note("看了一眼")
    with pytest.raises(UserError, match="重新预览"):
        ledger.write(write_import(made))
