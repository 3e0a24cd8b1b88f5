"""Attachments: photographs of papers and places, recordings. Never identity papers (docs/DOMAIN.md).

The content lies sealed beside the ledger; the record names it and holds its secret. What a file is
goes by its content, never by its name.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Connection, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.access import Right
from db.kernel.erasure import values_in
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import ADDED, Command, Tx
from db.kernel.records import KEY, ChangeRow, Record
from db.kernel.text import tidy

KIND_NAMES: Final = {
    "paper": "文书照片", "scene": "现场照片", "recording": "录音", "other": "其他材料",
}  # fmt: skip
MOST_BYTES: Final = 50 * 2**20
MOST_NAME: Final = 100
MOST_NAME_BYTES: Final = 200
IMAGE, SOUND, PDF = "image", "sound", "pdf"
MEDIA_NAMES: Final = {IMAGE: "照片", SOUND: "录音", PDF: "PDF"}
# What a file begins with, and what it is then.
_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", IMAGE, ".jpg"), (b"\x89PNG\r\n\x1a\n", IMAGE, ".png"), (b"BM", IMAGE, ".bmp"),
    (b"%PDF-", PDF, ".pdf"), (b"ID3", SOUND, ".mp3"), (b"\xff\xfb", SOUND, ".mp3"),
    (b"\xff\xf3", SOUND, ".mp3"), (b"#!AMR", SOUND, ".amr"), (b"OggS", SOUND, ".ogg"),
    (b"fLaC", SOUND, ".flac"),
)  # fmt: skip
_ENDINGS: Final = {ending for _, _, ending in _BEGINNINGS} | {".wav", ".webp", ".m4a"}
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\\/:*?\"<>|]")
_ENDING: Final = re.compile(r"\.[0-9A-Za-z]{1,5}$")
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


class Attachment(Record):
    """A file kept with a record: what it is, its size in bytes, and where its content lies."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_of", "of"), {"sqlite_with_rowid": False})
    same_by = ()

    entity: Mapped[str]
    of: Mapped[Id] = mapped_column(KEY)
    kind: Mapped[str]
    name: Mapped[str]
    media: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    added: Mapped[date]
    blob: Mapped[str]
    secret: Mapped[str]


class AttachmentLine(NamedTuple):
    """An attachment as a list shows it."""

    id: Id
    kind: str
    name: str
    media: str
    size: int
    added: date


def media_of(data: bytes) -> tuple[str, str]:
    """Return what a content is and the ending it has; UserError for what is not taken."""
    for beginning, media, ending in _BEGINNINGS:
        if data.startswith(beginning):
            return media, ending
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return SOUND, ".wav"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return IMAGE, ".webp"
    if data[4:8] == b"ftyp" and data[8:11] in (b"M4A", b"mp4", b"iso", b"3gp"):
        return SOUND, ".m4a"
    raise UserError("只收照片（jpg、png、bmp、webp）、PDF 和录音（mp3、m4a、wav、amr），没有收下。")


def safe_name(name: str, ending: str) -> str:
    """Return a name that harms nobody when it is saved again, with the ending of its content."""
    stem = tidy(_ENDING.sub("", _UNSAFE.sub(" ", name))).strip(". ")
    if not stem or _RESERVED.fullmatch(stem):
        stem = "附件"
    return stem[: MOST_NAME - len(ending)] + ending


def kept_name(name: str) -> str:
    """Return a name that came from elsewhere as one that harms nobody, its ending kept if we know it."""
    found = _ENDING.search(name)
    ending = found[0].lower() if found else ""
    return safe_name(name, ending if ending in _ENDINGS else "")


def name_to_save(name: str) -> str:
    """Return the name proposed for an attachment that is saved out, short enough for any disk."""
    kept = kept_name(name)
    found = _ENDING.search(kept)
    ending = found[0] if found else ""
    stem = kept.removesuffix(ending)
    return stem.encode()[: MOST_NAME_BYTES - len(ending)].decode(errors="ignore") + ending


def named_safely(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a change's fields as the journal writes them, the attachment's name made harmless."""
    said = fields.get("name")
    if isinstance(said, list):
        return {**fields, "name": [kept_name(one) if one else one for one in said]}
    return {**fields, "name": kept_name(said)} if said else fields


def add_attachment(
    entity: str, of: Id, line: AttachmentLine, blob: str, secret: bytes
) -> Command[Id]:
    """Return the command that keeps a file whose content is on the disk already."""

    def run(tx: Tx) -> Id:
        if line.kind not in KIND_NAMES:
            raise UserError("没有这种附件，没有收下。身份证件不收，在卷宗里打勾就行。")
        made = new_id()
        row = {**line._asdict(), "id": made, "added": tx.today}
        place = {"entity": entity, "of": of, "blob": blob, "secret": secret.hex()}
        tx.add(Attachment, [{**row, **place}])
        return made

    return Command("添加附件", Right.WRITE, run, note=KIND_NAMES.get(line.kind, ""))


def remove_attachment(attachment: Id) -> Command[None]:
    """Return the command that takes an attachment out; its content stays for undo."""

    def run(tx: Tx) -> None:
        tx.remove(Attachment, [attachment])

    return Command("删除附件", Right.WRITE, run)


def attachments_of(connection: Connection, of: Id) -> tuple[AttachmentLine, ...]:
    """Return the attachments of a record, the oldest first."""
    columns = (getattr(Attachment, name) for name in AttachmentLine._fields)
    rows = connection.execute(select(*columns).where(Attachment.of == of).order_by(Attachment.id))
    return tuple(AttachmentLine(*row) for row in rows)


def secrets_of(connection: Connection, blob: str) -> list[bytes]:
    """Return the secrets a content is or ever was named with, those of records that stand first.

    One whose record was erased is not among them.
    """
    standing = select(Attachment.secret).where(Attachment.blob == blob).order_by(Attachment.id)
    found = list(connection.execute(standing).scalars())
    added = select(ChangeRow.fields).where(
        ChangeRow.entity == Attachment.__tablename__,
        ChangeRow.kind == ADDED,
        func.instr(ChangeRow.fields, blob) > 0,
    )
    for fields in connection.execute(added.order_by(ChangeRow.command.desc())).scalars():
        said = values_in(fields)
        if said.get("blob") == blob and said.get("secret"):
            found.append(said["secret"])
    return [bytes.fromhex(secret) for secret in dict.fromkeys(found)]


def named_blobs(connection: Connection) -> set[str]:
    """Return the contents that a record names or ever named; what was erased names none."""
    added = select(ChangeRow.fields).where(
        ChangeRow.entity == Attachment.__tablename__, ChangeRow.kind == ADDED
    )
    said = map(values_in, connection.execute(added).scalars())
    return {name for values in said if (name := values.get("blob"))}


def ids_of(connection: Connection, of: Id) -> Iterator[Id]:
    """Yield the ids of a record's attachments, to go with it."""
    yield from connection.execute(select(Attachment.id).where(Attachment.of == of)).scalars()
