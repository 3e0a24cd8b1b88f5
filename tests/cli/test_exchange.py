"""pair, pack and merge from the command line: two posts and a stick."""

import json
import shutil
from pathlib import Path

import pytest

from db.ledger import Ledger
from db.sample import PASSWORD
from tests.builders import street
from tests.cli.running import DONE, MISTAKE, policepost
from tests.conftest import morning
from tests.exchange.sites import digest_of


@pytest.fixture
def posts(_template: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two ledgers that nobody has open; the second is a copy of the first with a new id."""
    one = shutil.copytree(_template, tmp_path / "one")
    other = shutil.copytree(_template, tmp_path / "other")
    assert policepost("pair", "--renew", "--data", other).returncode == DONE
    return one, other


def test_two_posts_pair_pack_and_merge(posts: tuple[Path, Path], tmp_path: Path) -> None:
    one, other = posts
    assert policepost("pack", "--to", "乙", "--out", tmp_path, "--data", one).returncode == MISTAKE
    cards = {}
    for data, name in ((one, "甲"), (other, "乙")):
        made = policepost(
            "pair", "--card", tmp_path / f"{name}.json", "--name", name, "--data", data, "--json"
        )
        assert made.returncode == DONE, made.stderr
        cards[name] = json.loads(made.stdout)["fingerprint"]
    shown = policepost("pair", tmp_path / "乙.json", "--data", one)
    assert cards["乙"] in shown.stdout
    assert "还没有配对" in shown.stdout
    wrong = policepost("pair", tmp_path / "乙.json", "--fingerprint", cards["甲"], "--data", one)
    assert (wrong.returncode, "指纹对不上" in wrong.stderr) == (MISTAKE, True)
    for data, name in ((one, "乙"), (other, "甲")):
        done = policepost(
            "pair", tmp_path / f"{name}.json", "--fingerprint", cards[name], "--data", data
        )
        assert done.returncode == DONE, done.stderr
    with Ledger.unlock(one, PASSWORD, clock=morning()) as ledger:
        street(ledger)
    packed = policepost("pack", "--to", "乙", "--out", tmp_path, "--data", one, "--json")
    assert packed.returncode == DONE, packed.stderr
    file = json.loads(packed.stdout)["file"]
    seen = policepost("merge", file, "--data", other, "--dry-run", "--json")
    (told,) = json.loads(seen.stdout)["packages"]
    assert (told["from"], told["new"], told["to_decide"], told["command"]) == ("甲", 6, 0, None)
    merged = policepost("merge", file, "--data", other)
    assert merged.returncode == DONE, merged.stderr
    assert "新增6条" in merged.stdout
    assert "已经合并过" in policepost("merge", file, "--data", other).stdout
    refused = policepost("merge", file, "--data", one)
    assert (refused.returncode, "不是给本机的" in refused.stderr) == (MISTAKE, True)
    back = json.loads(
        policepost("pack", "--to", "甲", "--out", tmp_path, "--data", other, "--json").stdout
    )
    assert "已到乙" in policepost("merge", back["file"], "--data", one).stdout
    listed = policepost("pair", "--data", one)
    assert "乙  已到" in listed.stdout
    with Ledger.unlock(one, PASSWORD) as a, Ledger.unlock(other, PASSWORD) as b:
        assert digest_of(a) == digest_of(b)
