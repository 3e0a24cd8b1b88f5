"""Keys: one random data key a ledger, wrapped once for each account and for the recovery code.

A slot holds the data key under Argon2id of a password (or under the recovery code, which is random
enough by itself), sealed by XChaCha20-Poly1305 over all its other fields: a slot given to another
name or with weakened parameters does not open (docs/RELIABILITY.md). Whoever can open a slot
holds the data key: roles are kept by the program, not by cryptography.
"""

import contextlib
import hashlib
import json
import os
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Literal, Self

from db.kernel.errors import EnvironmentFault, LedgerDamaged, UserError
from db.kernel.files import read_small, unreadable, write_atomically
from db.kernel.recovery import new_code, secret_of_code

VERSION: Final = 1
KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 24
MEMORY_KIB: Final = 64 * 1024
PASSES: Final = 3
LANES: Final = 2
_MEMORY_RANGE: Final = range(19 * 1024, 1024 * 1024 + 1)
_PASSES_RANGE: Final = range(2, 11)
_LANES_RANGE: Final = range(1, 9)
_LONGEST_PASSWORD: Final = 1024

_WRONG_PASSWORD: Final = "密码不对，或没有这个账号；什么也没有改动。请核对后再试。"  # noqa: S105
_WRONG_CODE: Final = "恢复码不是这个台账的，什么也没有改动。请核对是不是拿错了信封。"
_DAMAGED: Final = (
    "钥匙文件 slots.json 损坏或被改动过，台账没有打开，内容都在。"
    "请用最近的备份恢复，它带着一份钥匙文件。"
)


class WrongSecretError(UserError):
    """A guess that failed: the one kind of refusal the throttle counts."""


class DataKey:
    """The 32 random bytes everything of a ledger is sealed with, kept where it can be wiped.

    Python may have copied the bytes on their way; wiping is the best that can be done, no promise.
    """

    def __init__(self, secret: bytearray) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError("a data key has 32 bytes")
        self._secret = secret

    @classmethod
    def new(cls) -> Self:
        """Return a new random key."""
        return cls(bytearray(os.urandom(KEY_BYTES)))

    def subkey(self, purpose: str) -> bytearray:
        """Return the 32 bytes for one purpose ("ledger", "journal", "backup"); wipe them after use.

        Keyed BLAKE2b (RFC 7693): from one subkey neither the data key nor another one follows.
        ValueError once the key is wiped.
        """
        secret = self.open_copy()
        derived = _derived(purpose.encode(), secret)
        wipe(secret)
        return derived

    def open_copy(self) -> bytearray:
        """Return the key's bytes to be sealed in a slot; ValueError once the key is wiped."""
        if not self._secret:
            raise ValueError("the key is wiped")
        return bytearray(self._secret)

    def wipe(self) -> None:
        """Overwrite the key; it gives no subkey any more."""
        wipe(self._secret)
        self._secret = bytearray()


def _derived(purpose: bytes, secret: bytes | bytearray) -> bytearray:
    person = b"policepost-key"
    made = hashlib.blake2b(purpose, key=secret, digest_size=KEY_BYTES, person=person)
    return bytearray(made.digest())


def wipe(secret: bytearray) -> None:
    """Overwrite the bytes with zeros in place."""
    secret[:] = bytes(len(secret))


def check_password_strength(password: str) -> None:
    """Raise UserError unless the password has 12 characters or 4 words, 5 of them different."""
    text = unicodedata.normalize("NFC", password)
    words = [word for word in text.split() if len(word) > 1]
    if not text.isprintable() or len(text) > _LONGEST_PASSWORD:
        raise UserError("密码里有不能用的字符，或者太长。请换一个密码。")
    if len(text) < 12 and len(words) < 4:
        raise UserError("密码太短：至少12个字符，或者用空格隔开的4个词。请换一个密码。")
    if len(set(text)) < 5:
        raise UserError("密码太简单：至少要有5个不同的字符。请换一个密码。")


@dataclass(frozen=True)
class _Cost:
    """Argon2id's parameters (RFC 9106): passes, KiB of memory, lanes."""

    t: int
    m: int
    p: int

    def acceptable(self) -> bool:
        return self.t in _PASSES_RANGE and self.m in _MEMORY_RANGE and self.p in _LANES_RANGE


@dataclass(frozen=True)
class _Slot:
    """One wrapping of the data key; bytes are hexadecimal, `argon2id` is null for the code."""

    kind: Literal["password", "recovery"]
    account: str
    user: str
    argon2id: _Cost | None
    salt: str
    nonce: str
    ciphertext: str = ""


_COST: Final = _Cost(t=PASSES, m=MEMORY_KIB, p=LANES)


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _password_bytes(password: str) -> bytes:
    try:
        return unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError as error:
        raise WrongSecretError(_WRONG_PASSWORD) from error


def _stretched(secret: bytes, slot: _Slot) -> bytearray:
    """Return the key that opens a slot: Argon2id of a password, BLAKE2b of a recovery secret."""
    # Slow to import: who only asks whose passwords there are needs no ciphers.
    from argon2.exceptions import HashingError  # noqa: PLC0415
    from argon2.low_level import Type, hash_secret_raw  # noqa: PLC0415

    salt = bytes.fromhex(slot.salt)
    cost = slot.argon2id
    if cost is None:
        return _derived(b"recovery" + salt, secret)
    try:
        key = hash_secret_raw(secret, salt, cost.t, cost.m, cost.p, KEY_BYTES, Type.ID)
    except (HashingError, MemoryError) as error:
        raise EnvironmentFault(
            "内存不够，密码没法核对，台账没有打开，内容都在。请关掉别的程序再试。"
        ) from error
    return bytearray(key)


def _hex(value: object, length: int) -> str:
    if not isinstance(value, str) or len(bytes.fromhex(value)) != length:
        raise ValueError("not the hexadecimal text expected")
    return value


def _read_slot(said: object) -> _Slot:
    """Return the slot read from JSON; ValueError, KeyError or TypeError if it is none."""
    if not isinstance(said, dict) or set(said) != set(_Slot.__dataclass_fields__):
        raise ValueError("not the fields of a slot")
    kind, account, user = said["kind"], said["account"], said["user"]
    cost = None
    if said["argon2id"] is not None:
        cost = _Cost(**said["argon2id"])
        if any(type(n) is not int for n in (cost.t, cost.m, cost.p)) or not cost.acceptable():
            raise ValueError("parameters outside the accepted range")
    if kind not in ("password", "recovery") or (kind == "recovery") != (cost is None):
        raise ValueError("not a kind of slot")
    if not isinstance(account, str) or not isinstance(user, str):
        raise ValueError("not an account")
    bytes.fromhex(account)
    user.encode()
    return _Slot(
        kind=kind,
        account=account,
        user=user,
        argon2id=cost,
        salt=_hex(said["salt"], SALT_BYTES),
        nonce=_hex(said["nonce"], NONCE_BYTES),
        ciphertext=_hex(said["ciphertext"], KEY_BYTES + 16),
    )


class Slots:
    """The slots of a ledger: who may open it, and by what. Changes last once `save` returned."""

    def __init__(self, ledger: str, slots: list[_Slot]) -> None:
        self.ledger = ledger
        self._slots = slots

    @classmethod
    def new(cls, ledger: str) -> Self:
        """Return the slots, none yet, of a new ledger with this id (16 bytes in hexadecimal)."""
        return cls(ledger, [])

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file; LedgerDamaged if it is missing, damaged or weakened, EnvironmentFault if another user's."""
        try:
            return cls.from_bytes(read_small(path))
        except PermissionError as error:
            raise unreadable(error) from error
        except OSError as error:
            raise LedgerDamaged(_DAMAGED) from error

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` gave; LedgerDamaged if it is anything else."""
        try:
            said = json.loads(data)
            if said["version"] != VERSION or set(said) != {"version", "ledger", "slots"}:
                raise ValueError("not a slots file of this version")
            slots = [_read_slot(slot) for slot in said["slots"]]
            return cls(_hex(said["ledger"], 16), slots)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise LedgerDamaged(_DAMAGED) from error

    def to_bytes(self) -> bytes:
        """Return the canonical JSON of the slots file."""
        return _canonical(
            {
                "version": VERSION,
                "ledger": self.ledger,
                "slots": [asdict(slot) for slot in self._slots],
            }
        )

    def save(self, path: Path, before: Callable[[], object] | None = None) -> None:
        """Write the file so that after any crash the old or the new one is whole; `before` as there."""
        write_atomically(path, self.to_bytes(), before)

    @classmethod
    @contextlib.contextmanager
    def changing(cls, path: Path, before: Callable[[], object] | None = None) -> Iterator[Self]:
        """Lend the slots of a file to be changed; they are saved unless an error is raised."""
        slots = cls.load(path)
        yield slots
        slots.save(path, before)

    def users(self) -> list[tuple[str, str]]:
        """Return account and log-in name of every password slot, in the order they were added."""
        return [(s.account, s.user) for s in self._slots if s.kind == "password"]

    def add_password(self, account: str, user: str, password: str, data_key: DataKey) -> None:
        """Let an account open the ledger by a password that is strong enough.

        UserError if it is too weak, or if the account or the name has a password already.
        """
        check_password_strength(password)
        name = unicodedata.normalize("NFC", user)
        if any(account == a or name == u for a, u in self.users()):
            raise UserError("这个账号已经有密码了，什么也没有改动。要换密码请用修改密码。")
        self._slots.append(self._password_slot(account, name, password, data_key))

    def give_password(self, account: str, user: str, password: str, data_key: DataKey) -> None:
        """Let an account open the ledger by this password and no other one.

        UserError if it is too weak, or if the name has another account's password.
        """
        check_password_strength(password)
        others = [s for s in self._slots if s.kind != "password" or s.account != account]
        self._slots, before = others, self._slots
        try:
            self.add_password(account, user, password, data_key)
        except BaseException:
            self._slots = before
            raise

    def keep_only(self, accounts: Collection[str]) -> None:
        """Take away the password of every account but these."""
        self._slots = [s for s in self._slots if s.kind != "password" or s.account in accounts]

    def unlock(self, user: str | None, password: str) -> tuple[str, DataKey]:
        """Return the account and the data key; `user` may be left out where there is only one.

        WrongSecretError for a wrong password and for an unknown name: the same words after the same
        work. UserError if the name was needed.
        """
        candidates = [slot for slot in self._slots if slot.kind == "password"]
        if user is None and len(candidates) > 1:
            raise UserError(
                f"这个台账有{len(candidates)}个账号，请写明用哪个账号登录。台账没有打开，内容都在。"
            )
        if user is not None:
            name = unicodedata.normalize("NFC", user)
            candidates = [slot for slot in candidates if slot.user == name]
        if not candidates:
            _stretched(_password_bytes(password), self._blank_slot("", "", _COST))
            raise WrongSecretError(_WRONG_PASSWORD)
        slot = candidates[0]
        return slot.account, self._open(slot, _password_bytes(password), _WRONG_PASSWORD)

    def new_recovery(self, data_key: DataKey) -> str:
        """Return a new recovery code, to be shown once; codes given before open no more."""
        code = self.add_recovery(data_key)
        self.keep_recovery(new=True)
        return code

    def add_recovery(self, data_key: DataKey) -> str:
        """Return a code beside the one there is, until `keep_recovery` settles which of both stays."""
        code = new_code()
        slot = self._sealed(self._blank_slot("", "", None), secret_of_code(code), data_key)
        self.keep_recovery(new=False)
        self._slots.append(slot)
        return code

    def keep_recovery(self, *, new: bool) -> bool:
        """Keep of two recovery codes the new one, or the one before; return whether there were two."""
        codes = [slot for slot in self._slots if slot.kind == "recovery"]
        going = codes[:-1] if new else codes[1:]
        self._slots = [slot for slot in self._slots if slot not in going]
        return bool(going)

    def unlock_recovery(self, code: str) -> DataKey:
        """Return the data key.

        UserError naming the groups with a typing error, WrongSecretError for another ledger's code.
        """
        secret = secret_of_code(code)
        codes = [slot for slot in self._slots if slot.kind == "recovery"]
        if not codes:
            raise UserError("这个台账没有设恢复码，什么也没有改动。请用密码打开。")
        for slot in codes[:-1]:
            with contextlib.suppress(WrongSecretError):
                return self._open(slot, secret, _WRONG_CODE)
        return self._open(codes[-1], secret, _WRONG_CODE)

    def _password_slot(self, account: str, user: str, password: str, data_key: DataKey) -> _Slot:
        blank = self._blank_slot(account, user, _COST)
        return self._sealed(blank, _password_bytes(password), data_key)

    @staticmethod
    def _blank_slot(account: str, user: str, cost: _Cost | None) -> _Slot:
        return _Slot(
            kind="recovery" if cost is None else "password",
            account=account,
            user=user,
            argon2id=cost,
            salt=os.urandom(SALT_BYTES).hex(),
            nonce=os.urandom(NONCE_BYTES).hex(),
        )

    def _covered(self, slot: _Slot) -> bytes:
        fields = asdict(slot)
        del fields["ciphertext"]
        return _canonical({"version": VERSION, "ledger": self.ledger, **fields})

    def _sealed(self, slot: _Slot, secret: bytes, data_key: DataKey) -> _Slot:
        from nacl.bindings import (  # noqa: PLC0415  slow to import
            crypto_aead_xchacha20poly1305_ietf_encrypt,
        )

        key, content = _stretched(secret, slot), data_key.open_copy()
        sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(
            bytes(content), self._covered(slot), bytes.fromhex(slot.nonce), bytes(key)
        )
        wipe(key)
        wipe(content)
        return replace(slot, ciphertext=sealed.hex())

    def _open(self, slot: _Slot, secret: bytes, refusal: str) -> DataKey:
        from nacl.bindings import (  # noqa: PLC0415  slow to import
            crypto_aead_xchacha20poly1305_ietf_decrypt,
        )
        from nacl.exceptions import CryptoError  # noqa: PLC0415

        key = _stretched(secret, slot)
        try:
            content = crypto_aead_xchacha20poly1305_ietf_decrypt(
                bytes.fromhex(slot.ciphertext),
                self._covered(slot),
                bytes.fromhex(slot.nonce),
                bytes(key),
            )
        except CryptoError as error:
            raise WrongSecretError(refusal) from error
        finally:
            wipe(key)
        return DataKey(bytearray(content))
