"""Key slots: what opens a ledger, and that nothing weakened, swapped or damaged does."""

import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from db.kernel.errors import LedgerDamaged, PolicepostError, UserError
from db.kernel.keys import DataKey, Slots, WrongSecretError, check_password_strength, wipe

LEDGER = "0f" * 16
OFFICER, AIDE = "a1" * 16, "b2" * 16
PASSWORD = "三号警务室 2026 春"  # 12 characters
OTHER = "green kettle under stairs"


@pytest.fixture(scope="module")
def key() -> DataKey:
    return DataKey.new()


@pytest.fixture(scope="module")
def two_accounts(key: DataKey) -> bytes:
    """Return a slots file with an officer, an aide and a recovery code."""
    slots = Slots.new(LEDGER)
    slots.add_password(OFFICER, "王警官", PASSWORD, key)
    slots.add_password(AIDE, "李辅警", OTHER, key)
    slots.new_recovery(key)
    return slots.to_bytes()


def changed(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    said = json.loads(data)
    change(said)
    return json.dumps(said).encode()


def test_saved_slots_open_for_each_account(
    tmp_path: Path, key: DataKey, two_accounts: bytes
) -> None:
    Slots.from_bytes(two_accounts).save(tmp_path / "slots.json")
    slots = Slots.load(tmp_path / "slots.json")
    assert slots.users() == [(OFFICER, "王警官"), (AIDE, "李辅警")]
    for user, password, account in (("王警官", PASSWORD, OFFICER), ("李辅警", OTHER, AIDE)):
        opened, data_key = slots.unlock(user, password)
        assert opened == account
        assert data_key.subkey("ledger") == key.subkey("ledger")


def test_the_file_holds_no_key_and_no_password(key: DataKey, two_accounts: bytes) -> None:
    text = two_accounts.decode()
    for secret in (key.open_copy(), key.subkey("ledger")):
        assert secret.hex() not in text
    assert PASSWORD not in text
    assert OTHER not in text


def test_wrong_password_and_unknown_user_get_the_same_words_after_the_same_work(
    two_accounts: bytes,
) -> None:
    slots = Slots.from_bytes(two_accounts)
    said, seconds = [], []
    for user, password in (("王警官", OTHER), ("没有这个人", PASSWORD)):
        start = time.perf_counter()
        with pytest.raises(WrongSecretError) as refused:
            slots.unlock(user, password)
        seconds.append(time.perf_counter() - start)
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert said[0].startswith("密码不对")
    assert min(seconds) > 0.02


def test_the_user_may_be_left_out_only_where_there_is_one(
    key: DataKey, two_accounts: bytes
) -> None:
    with pytest.raises(UserError, match="2个账号") as refused:
        Slots.from_bytes(two_accounts).unlock(None, PASSWORD)
    assert not isinstance(refused.value, WrongSecretError)
    slots = Slots.new(LEDGER)
    slots.add_password(OFFICER, "王警官", PASSWORD, key)
    assert slots.unlock(None, PASSWORD)[0] == OFFICER


FLIPPED = "ff" * 16
TAMPERED: dict[str, Callable[[dict[str, Any]], object]] = {
    "version": lambda s: s.update(version=2),
    "ledger": lambda s: s.update(ledger=FLIPPED),
    "kind": lambda s: s["slots"][0].update(kind="recovery", argon2id=None),
    "account": lambda s: s["slots"][0].update(account=AIDE),
    "salt": lambda s: s["slots"][0].update(salt=FLIPPED),
    "nonce": lambda s: s["slots"][0].update(nonce="00" * 24),
    "ciphertext": lambda s: s["slots"][0].update(ciphertext="00" * 48),
    "passes": lambda s: s["slots"][0]["argon2id"].update(t=2),
    "memory": lambda s: s["slots"][0]["argon2id"].update(m=19 * 1024),
    "lanes": lambda s: s["slots"][0]["argon2id"].update(p=1),
    "missing": lambda s: s["slots"][0].pop("nonce"),
    "added": lambda s: s["slots"][0].update(role="admin"),
}


@pytest.mark.parametrize("field", TAMPERED)
def test_a_slot_with_any_field_changed_does_not_open(two_accounts: bytes, field: str) -> None:
    data = changed(two_accounts, TAMPERED[field])
    with pytest.raises((WrongSecretError, LedgerDamaged)):
        Slots.from_bytes(data).unlock("王警官", PASSWORD)


def test_a_slot_given_to_another_name_does_not_open(two_accounts: bytes) -> None:
    """An aide with the file in his hands must not become the officer by an editor."""
    data = changed(two_accounts, lambda s: s["slots"][1].update(user="王警官", account=OFFICER))
    slots = Slots.from_bytes(changed(data, lambda s: s["slots"].pop(0)))
    with pytest.raises(WrongSecretError):
        slots.unlock("王警官", OTHER)


def test_a_slot_of_another_ledger_does_not_open(two_accounts: bytes) -> None:
    foreign = Slots.new("cc" * 16)
    foreign.add_password(OFFICER, "王警官", PASSWORD, DataKey.new())
    slot = json.loads(foreign.to_bytes())["slots"][0]
    with pytest.raises(WrongSecretError):
        Slots.from_bytes(changed(two_accounts, lambda s: s["slots"].__setitem__(0, slot))).unlock(
            "王警官", PASSWORD
        )


@pytest.mark.parametrize(
    "cost",
    [
        {"t": 3, "m": 8 * 2**20, "p": 2},
        {"t": 3, "m": 1024, "p": 2},
        {"t": 1, "m": 65536, "p": 2},
        {"t": 11, "m": 65536, "p": 2},
        {"t": 3, "m": 65536, "p": 9},
        {"t": 3, "m": True, "p": 2},
        {"t": 3, "m": 65536.0, "p": 2},
        {"t": 3, "m": 65536, "p": 2, "x": 1},
        [3, 65536, 2],
    ],
)
def test_parameters_out_of_range_are_refused_before_any_work(
    two_accounts: bytes, cost: object
) -> None:
    """8 GiB asked for by a file must not take the machine down."""
    start = time.perf_counter()
    with pytest.raises(LedgerDamaged, match=r"slots\.json"):
        Slots.from_bytes(changed(two_accounts, lambda s: s["slots"][0].update(argon2id=cost)))
    assert time.perf_counter() - start < 1


def test_a_changed_password_replaces_the_old_one(key: DataKey, two_accounts: bytes) -> None:
    slots = Slots.from_bytes(two_accounts)
    slots.give_password(AIDE, "李辅警", "seven brass lamps glow", key)
    assert slots.unlock("李辅警", "seven brass lamps glow")[0] == AIDE
    with pytest.raises(WrongSecretError):
        slots.unlock("李辅警", OTHER)
    slots.keep_only({OFFICER})
    with pytest.raises(WrongSecretError):
        slots.unlock("李辅警", "seven brass lamps glow")
    slots.give_password(AIDE, "李辅警", OTHER, key)
    assert slots.unlock("李辅警", OTHER)[0] == AIDE


def test_one_account_has_one_password(key: DataKey, two_accounts: bytes) -> None:
    slots = Slots.from_bytes(two_accounts)
    for account, user in ((OFFICER, "别名"), ("c3" * 16, "王警官")):
        with pytest.raises(UserError, match="已经有密码"):
            slots.add_password(account, user, PASSWORD, key)
    assert slots.to_bytes() == two_accounts


def test_a_password_typed_in_another_normal_form_opens(key: DataKey) -> None:
    slots = Slots.new(LEDGER)
    slots.add_password(OFFICER, "Zoé", "café du matin 77", key)
    assert slots.unlock("Zoe\u0301", "cafe\u0301 du matin 77")[0] == OFFICER
    with pytest.raises(WrongSecretError):
        slots.unlock("Zoé", "\ud800 lone surrogate")


@pytest.mark.parametrize(
    "password",
    ["", "short", "elevenchars", "aaaaaaaaaaaa", "abababababab cd"[:13], "a b c d", "x" * 1025,
     "line\nbreak in it", "\ud800 surrogate 123"],
)  # fmt: skip
def test_weak_or_unusable_passwords_are_refused(password: str) -> None:
    with pytest.raises(UserError):
        check_password_strength(password)


@pytest.mark.parametrize("password", ["abcdefghijkl", "走访 入户 登记 见面", PASSWORD, OTHER])
def test_long_or_many_worded_passwords_are_accepted(password: str) -> None:
    check_password_strength(password)


@given(st.binary(max_size=300) | st.text().map(str.encode) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["version", "ledger", "slots"]), x),
).map(lambda x: json.dumps(x).encode()))  # fmt: skip
@example(b"[" * 100_000)
@example(b'{"version":1,"ledger":"' + b"0f" * 16 + b'","slots":[{"kind":1}]}')
@example(b"1" * 5000)
def test_whatever_stands_in_the_file_it_is_read_or_refused_in_a_sentence(data: bytes) -> None:
    try:
        slots = Slots.from_bytes(data)
    except LedgerDamaged:
        return
    assert slots.users() == []


def test_a_slots_file_that_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    path = tmp_path / "slots.json"
    with pytest.raises(LedgerDamaged):
        Slots.load(path)
    os.mkfifo(path)
    with pytest.raises(LedgerDamaged):
        Slots.load(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(LedgerDamaged):
        Slots.load(path)
    link = tmp_path / "link.json"
    link.symlink_to("/dev/zero")
    with pytest.raises(LedgerDamaged):
        Slots.load(link)


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_the_file_is_private_whatever_the_umask(
    tmp_path: Path, two_accounts: bytes, umask: int
) -> None:
    path = tmp_path / "slots.json"
    old = os.umask(umask)
    try:
        Slots.from_bytes(two_accounts).save(path)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["slots.json"]


def test_saving_over_a_link_leaves_its_target_alone(tmp_path: Path, two_accounts: bytes) -> None:
    target = tmp_path / "target"
    target.write_text("untouched")
    (tmp_path / "slots.json").symlink_to(target)
    Slots.from_bytes(two_accounts).save(tmp_path / "slots.json")
    assert target.read_text() == "untouched"
    assert len(Slots.load(tmp_path / "slots.json").users()) == 2


def test_subkeys_differ_by_purpose_and_end_with_the_key() -> None:
    key = DataKey.new()
    subkeys = {bytes(key.subkey(p)) for p in ("ledger", "journal", "backup", "blob", "throttle")}
    assert len(subkeys) == 5
    assert {len(s) for s in subkeys} == {32}
    assert DataKey(key.open_copy()).subkey("blob") == key.subkey("blob")
    secret = bytearray(os.urandom(32))
    held = DataKey(secret)
    held.wipe()
    assert secret == bytes(32)
    for use in (held.open_copy, lambda: held.subkey("ledger")):
        with pytest.raises(ValueError, match="wiped"):
            use()
    subkey = key.subkey("ledger")
    wipe(subkey)
    assert subkey == bytes(32)


def test_a_wiped_key_can_be_sealed_in_no_slot() -> None:
    """A slot made from a wiped key would lock its owner out for good."""
    key = DataKey.new()
    key.wipe()
    with pytest.raises((ValueError, PolicepostError)):
        Slots.new(LEDGER).add_password(OFFICER, "王警官", PASSWORD, key)
