"""The package file (.tzpack): sealed to its receivers, signed by its sender, read within limits.

An age file (X25519) over: u32 length | canonical JSON header | 64 bytes of Ed25519 signature |
zlib payload. The signature covers receivers and the payload's SHA-256, so nothing of it can be sent
on as another's. Payload: a line for each command and each change, a blank line, then the contents
of attachments. Nothing in it is ever a path.
"""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
import pyrage
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from pyrage import x25519

from db.exchange.checking import Unfit, check_change
from db.exchange.incoming import Change, Incoming
from db.exchange.merging import Parcel
from db.exchange.sites import Keys
from db.kernel.errors import UserError
from db.kernel.files import open_plain
from db.kernel.ids import Id, id_from_text, id_text

FORMAT: Final = "policepost-pack"
ENDING: Final = ".tzpack"
VERSION: Final = 1
MOST_FILE: Final = 2**30
MOST_HEADER: Final = 64 * 1024
MOST_LINE: Final = 2**20
MOST_COMMANDS: Final = 500_000
MOST_RATIO: Final = 200
MOST_SITES: Final = 1000
_LARGEST: Final = 2**53
_SIGNED: Final = b"policepost-pack-v1\0"
_SIGNATURE: Final = 64
_ROOM: Final = 2**20
_PIECE: Final = 64 * 1024
_NAME: Final = 32

_BROKEN: Final = "这个包坏了或没有拷完整，没有合并，台账没有改动。请对方重新拷一次。"
_NOT_OURS: Final = (
    "这个包不是给本机的（也可能是本机打给别人的），没有合并，台账没有改动。包给谁，写在文件名里。"
)
_NONE: Final = (
    "这不是数据包，没有合并，台账没有改动。数据包的名字以 .tzpack 结尾，请找对方给的那个。"
)
_AGE: Final = b"age-encryption.org/"
_NOT_FIT: Final = "包里有本程序不认识或不能保存的内容，没有合并，台账没有改动。请让对方检查程序。"


class Header(NamedTuple):
    """What a package says of itself; `before` is the site its sender was until a restore."""

    site: Id
    before: Id | None
    name: str
    key: str
    to: tuple[str, ...]
    number: int
    schema: str
    whole: bool
    cut: bool
    since: dict[Id, int]
    upto: dict[Id, int]
    have: dict[Id, int]
    commands: int
    changes: int
    contents: int
    sha256: str
    length: int
    head_no: int
    head_mac: str
    created: str


@dataclass(frozen=True)
class Package:
    """A checked package: its header, its commands, and sealed contents by their names there."""

    header: Header
    commands: tuple[Incoming, ...]
    contents: Mapping[str, bytes]

    def parcel(
        self, contents: Mapping[str, str], secrets: Mapping[str, str] | None = None
    ) -> Parcel:
        """Return what is to be merged; `contents` and `secrets` are as in `Parcel`."""
        h = self.header
        said = (h.site, h.name, h.since, h.upto, h.whole, self.commands, contents)
        return Parcel(*said, secrets or {})


def sealed(
    header: Header,
    parcel: Parcel,
    contents: Iterable[tuple[str, bytes]],
    mine: Keys,
    recipients: Sequence[str],
) -> tuple[bytes, Header]:
    """Return the package's bytes, and its header with counts and digests filled in."""  # fmt: skip
    payload, counts = _payload(parcel, contents)
    full = header._replace(
        commands=len(parcel.commands), changes=counts[0], contents=counts[1],
        sha256=hashlib.sha256(payload).hexdigest(), length=len(payload),
    )  # fmt: skip
    said = orjson.dumps(_said(full), option=orjson.OPT_SORT_KEYS)
    length = struct.pack(">I", len(said))
    signature = mine.sign.sign(_SIGNED + length + said).signature
    plain = b"".join((length, said, signature, payload))
    return pyrage.encrypt(plain, [x25519.Recipient.from_str(r) for r in recipients]), full


def _payload(
    parcel: Parcel, contents: Iterable[tuple[str, bytes]]
) -> tuple[bytes, tuple[int, int]]:
    packer, out = zlib.compressobj(6), io.BytesIO()
    changes = 0
    for command in parcel.commands:
        head = [
            id_text(command.id), id_text(command.site), command.seq, command.stamp, command.wall,
            id_text(command.account) if command.account else None, command.action, command.note,
            id_text(command.undoes) if command.undoes else None, len(command.changes),
        ]  # fmt: skip
        out.write(packer.compress(orjson.dumps(head) + b"\n"))
        for change in command.changes:
            line = [change.kind, change.entity, id_text(change.record), change.fields]
            out.write(packer.compress(orjson.dumps(line) + b"\n"))
            changes += 1
    out.write(packer.compress(b"\n"))
    sent = 0
    for name, data in contents:
        out.write(packer.compress(bytes.fromhex(name) + struct.pack(">I", len(data)) + data))
        sent += 1
    out.write(packer.flush())
    return out.getvalue(), (changes, sent)


def _said(header: Header) -> dict[str, Any]:
    def seqs(of: Mapping[Id, int]) -> dict[str, int]:
        return {id_text(site): seq for site, seq in of.items()}

    said = header._asdict()
    for name in ("since", "upto", "have"):
        said[name] = seqs(said[name])
    return {
        **said, "fmt": FORMAT, "v": VERSION, "site": id_text(header.site),
        "before": id_text(header.before) if header.before else None, "to": list(header.to),
    }  # fmt: skip


class Opened(NamedTuple):
    """A package decrypted: its header, not yet believed, what was signed, and the rest."""

    header: Header
    signed: bytes
    signature: bytes
    payload: bytes


def opened(file: Path, mine: Keys) -> Opened:
    """Return a package decrypted; UserError for what is none, another's, or of a newer program."""
    data = _read(file)
    if not data.startswith(_AGE) and file.suffix.lower() != ENDING:
        raise UserError(_NONE)
    try:
        plain = pyrage.decrypt(data, [mine.age])
    except pyrage.DecryptError as error:
        raise UserError(_NOT_OURS if "matching" in str(error).lower() else _BROKEN) from None
    del data
    if len(plain) < 4:
        raise UserError(_BROKEN)
    (length,) = struct.unpack(">I", plain[:4])
    if not 2 <= length <= MOST_HEADER or len(plain) < 4 + length + _SIGNATURE:
        raise UserError(_BROKEN)
    end = 4 + length
    header = _header(plain[4:end])
    payload = plain[end + _SIGNATURE :]
    return Opened(header, plain[:end], plain[end : end + _SIGNATURE], payload)


def _read(file: Path) -> bytes:
    try:
        with open(open_plain(file), "rb") as source:  # noqa: PTH123  the descriptor is checked
            data = source.read(MOST_FILE + 1)
    except OSError:
        raise UserError(
            f"“{file.name}”读不出来，没有合并，台账没有改动。请检查文件或优盘。"
        ) from None
    if len(data) > MOST_FILE:
        raise UserError("这个包超过1 GB，没有合并，台账没有改动。")
    return data


def _header(text: bytes) -> Header:
    try:
        said: Any = orjson.loads(text)
        if not isinstance(said, dict) or said.pop("fmt", None) != FORMAT:
            raise UserError(_BROKEN)
        version = said.pop("v", None)
        if isinstance(version, int) and version > VERSION:
            raise UserError("这个包是用更新的程序做的，请升级本程序后再合并。台账没有改动。")
        again = orjson.dumps({**said, "fmt": FORMAT, "v": version}, option=orjson.OPT_SORT_KEYS)
        if version != VERSION or again != text or said.keys() != set(Header._fields):
            raise UserError(_BROKEN)
        for name in ("since", "upto", "have"):
            said[name] = _seqs(said[name])
        said["site"] = id_from_text(said["site"])
        said["before"] = id_from_text(said["before"]) if said["before"] else None
        said["to"] = tuple(said["to"])
        header = Header(**said)
        numbers = (header.number, header.commands, header.changes, header.contents, header.length, header.head_no)  # fmt: skip
        texts = (header.name, header.key, header.schema, header.sha256, header.head_mac, header.created, *header.to)  # fmt: skip
        fit = all(type(n) is int and 0 <= n < _LARGEST for n in numbers)
        fit = fit and all(isinstance(t, str) and len(t) <= 200 for t in texts)
        fit = fit and type(header.whole) is bool and type(header.cut) is bool
        fit = fit and header.since.keys() == header.upto.keys()
        fit = fit and all(header.since[s] <= n for s, n in header.upto.items())
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UserError(_BROKEN) from None
    if not fit or header.commands > MOST_COMMANDS:
        raise UserError(_NOT_FIT)
    return header


def _seqs(said: Any) -> dict[Id, int]:
    if not isinstance(said, dict) or len(said) > MOST_SITES:
        raise ValueError("no list of sites")
    if not all(type(seq) is int and 0 <= seq < _LARGEST for seq in said.values()):
        raise ValueError("no number of a command")
    return {id_from_text(site): seq for site, seq in said.items()}


def verified(package: Opened, key: str, own: str, schemas: Sequence[str]) -> Package:
    """Return the content of a package that `key` signed for `own`; UserError if anything is off.

    `schemas` are the versions this program understands.
    """
    try:
        VerifyKey(bytes.fromhex(key)).verify(_SIGNED + package.signed, package.signature)
    except (BadSignatureError, ValueError):
        raise UserError(
            "这个包的签名不对，不是名片上那个单位做的，没有合并，台账没有改动。"
        ) from None
    header = package.header
    if own not in header.to:
        raise UserError(_NOT_OURS)
    if header.schema not in schemas:
        raise UserError("这个包是用更新的程序做的，请升级本程序后再合并。台账没有改动。")
    payload = package.payload
    if len(payload) != header.length or hashlib.sha256(payload).hexdigest() != header.sha256:
        raise UserError(_BROKEN)
    try:
        return _content(header, _Inflating(payload))
    except Unfit:
        raise UserError(_NOT_FIT) from None
    except (ValueError, TypeError, KeyError, zlib.error):
        raise UserError(_BROKEN) from None


def _content(header: Header, source: "_Inflating") -> Package:
    commands: list[Incoming] = []
    changes = 0
    last = dict(header.since)
    while line := source.line():
        if len(commands) >= header.commands:
            raise ValueError("more commands than were said")
        command, count = _command(_strict(line))
        if last.get(command.site, -1) + 1 != command.seq:
            raise Unfit("command")
        last[command.site] = command.seq
        changes += count
        if changes > header.changes:
            raise ValueError("more changes than were said")
        read = tuple(_change(_strict(source.line())) for _ in range(count))
        commands.append(command._replace(changes=read))
    if (len(commands), changes) != (header.commands, header.changes) or last != header.upto:
        raise ValueError("fewer commands than were said")
    places = {command.id: at for at, command in enumerate(commands)}
    backwards = all(places.get(c.undoes or b"", -1) < at for at, c in enumerate(commands))
    if len(places) < len(commands) or not backwards:
        # Each is told once, and takes back only what was done before it.
        raise Unfit("command")
    contents: dict[str, bytes] = {}
    for _ in range(header.contents):
        name = source.exactly(_NAME).hex()
        contents[name] = source.exactly(struct.unpack(">I", source.exactly(4))[0])
    if not source.at_end():
        raise ValueError("something stands behind the end")
    return Package(header, tuple(commands), contents)


def _strict(line: bytes) -> Any:
    """A line of JSON as we write it: no second key of a name, no number that is none."""
    said = orjson.loads(line)
    if orjson.dumps(said) != line:
        raise ValueError("not as we write it")
    return said


def _command(said: Any) -> tuple[Incoming, int]:
    id_, site, seq, stamp, wall, account, action, note, undoes, count = said
    numbers = (seq, stamp, count)
    texts = (wall, action, note)
    fit = all(type(n) is int and 0 <= n < 2**63 for n in numbers) and 0 < seq < _LARGEST
    fit = fit and all(isinstance(t, str) and len(t) <= 2000 for t in texts)
    if not fit:
        raise Unfit("command")
    command = Incoming(
        id_from_text(id_), id_from_text(site), seq, stamp, wall,
        id_from_text(account) if account else None, action, note,
        id_from_text(undoes) if undoes else None, (),
    )  # fmt: skip
    return command, count


def _change(said: Any) -> Change:
    kind, entity, record, fields = said
    check_change(kind, entity, fields)
    return Change(kind, entity, id_from_text(record), fields)


class _Inflating:
    """The payload as it unpacks, never more of it than was asked for or than a ratio allows."""

    def __init__(self, packed: bytes) -> None:
        self._unpacker = zlib.decompressobj()
        self._packed = memoryview(packed)
        self._at = 0
        self._buffer = bytearray()
        self._most = len(packed) * MOST_RATIO + _ROOM
        self._out = 0

    def line(self) -> bytes:
        """Return the next line without its end; ValueError above the limit or without an end."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > MOST_LINE or not self._more():
                raise ValueError("a line without an end")
        found = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return found

    def exactly(self, count: int) -> bytes:
        """Return so many bytes; ValueError if there are fewer."""
        if count > MOST_FILE:
            raise ValueError("larger than any content")
        while len(self._buffer) < count:
            if not self._more():
                raise ValueError("the end is missing")
        found = bytes(self._buffer[:count])
        del self._buffer[:count]
        return found

    def at_end(self) -> bool:
        """Tell whether nothing is left, packed or unpacked."""
        while not self._buffer and self._more():
            pass
        return not self._buffer and self._unpacker.eof and not self._unpacker.unused_data

    def _more(self) -> bool:
        if self._unpacker.eof:
            return False
        given = self._unpacker.unconsumed_tail
        if not given:
            if self._at >= len(self._packed):
                return False
            given = bytes(self._packed[self._at : self._at + _PIECE])
            self._at += len(given)
        got = self._unpacker.decompress(given, _PIECE)
        self._out += len(got)
        if self._out > self._most:
            raise ValueError("unpacks to more than any package does")
        self._buffer += got
        return True
