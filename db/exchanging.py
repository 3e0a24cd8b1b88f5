"""Packages out of an open ledger and into it: by stick, with a person who looks before."""

import contextlib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from db import migrations
from db.exchange import contents, merging, sites, unsent
from db.exchange.applying import Counts
from db.exchange.courier import (
    PACKED,
    added_contents,
    header_for,
    heard,
    is_news,
    merge_package,
    packed,
    receipt_words,
)
from db.exchange.deciding import site_names
from db.exchange.merging import MERGED, family, foresee, have
from db.exchange.package import (
    ENDING,
    MOST_COMMANDS,
    MOST_FILE,
    Package,
    opened,
    sealed,
    verified,
)
from db.exchange.packing import acknowledged, outgoing, shortened, to_go_from
from db.exchange.senders import refuse_posing, sender_of
from db.exchange.sites import Card, PeerLine
from db.exchange.tables import Peer
from db.kernel.access import Right
from db.kernel.errors import EnvironmentFault, PolicepostError, UserError
from db.kernel.files import (
    ahead_of_its_record,
    disk_fault,
    forget_cached,
    move,
    sha256_of,
    write_lasting,
)
from db.kernel.ids import Id
from db.kernel.records import CommandRow, Site
from db.ledger import Ledger

AHEAD: Final = timedelta(hours=24)
Step = Callable[[str, float], None]


@dataclass(frozen=True)
class Packed:
    """A package on the stick: the file, who it is for, what is in it.

    `left` counts the steps that did not fit and go with the next package, `lacking` the attachments
    that could not be read or did not fit and go with a later one.
    """

    path: Path
    peer: str
    commands: int
    changes: int
    contents: int
    left: int = 0
    lacking: int = 0

    @property
    def still_to_come(self) -> str:
        """What of it the receiver gets later, in sentences; mostly empty."""
        said = ""
        if self.left:
            said += f"还有{self.left}步放不下：等对方合并了这个包、把它的包带回来，再打一次包。"
        if self.lacking:
            said += (
                f"有{self.lacking}个附件读不出来或放不下，没有带上；能带的时候，以后的包会补上。"
            )
        return said


@dataclass(frozen=True)
class Foreseen:
    """What a package would bring. `warnings` are sentences; `receipts` says what the sender has."""

    sender: str
    created: str
    counts: Counts
    warnings: tuple[str, ...]
    receipts: str


@dataclass(frozen=True)
class Merged:
    """What a package brought; `no` is the merge's number in the history, None if nothing was new.

    `before` is the backup that was made before it.
    """

    sender: str
    counts: Counts
    warnings: tuple[str, ...]
    receipts: str
    no: int | None
    before: Path | None = None


def make_card(ledger: Ledger, file: Path, name: str = "") -> Card:
    """Write this copy's card to a file and return it; its keys are made the first time."""
    with ledger.read() as connection:
        known = sites.keys(connection)
        called = connection.execute(select(Site.name)).scalar_one()
    if known is None or (name and name != called):
        ledger.write(sites.introduce(name))
    with ledger.read() as connection:
        return sites.write_card(connection, file)


def peer_named(connection: Connection, name: str) -> PeerLine:
    """Return the paired site called so; UserError if there is none or more than one."""
    found = [line for line in sites.peers(connection) if line.name == name]
    if len(found) != 1:
        known = "、".join(line.name for line in sites.peers(connection)) or "还没有"
        raise UserError(f"没有配对过叫“{name}”的单位。已配对的：{known}。")
    return found[0]


def pack(ledger: Ledger, peer: PeerLine, folder: Path, step: Step = lambda *_: None) -> Packed:
    """Write a package with all a site has not acknowledged into a folder, such as a stick's.

    It is read back and compared before it gets its name. UserError if the folder is missing,
    EnvironmentFault if the disk refuses or does not keep what was written.
    """
    ledger.require(Right.EXCHANGE, PACKED)
    if not folder.is_dir():
        raise UserError(f"没有“{folder}”这个文件夹，没有打包。请插好优盘再试。")
    # Who exchanges goes on: others must not take what is done from now on for what was lost.
    ledger.go_on_without()
    step("正在收集对方还没有的内容……", 0.1)
    with ledger.read() as connection:
        mine = sites.own_keys(connection)
        row = connection.execute(select(Peer).where(Peer.id == peer.id)).one()
        known = acknowledged(connection, peer.id)
        since = to_go_from(connection, known)
        made = outgoing(connection, since, row.site, row.communities, MOST_COMMANDS)
        place, key = ledger.place, ledger.core.naming_key
        sending = contents.Sending(connection, place.blobs, key, contents.MOST_CONTENTS)
        made = shortened(made, sending.fitting(made.parcel.commands, known))
        new = [one for one in made.parcel.commands if one.seq > known.get(one.site, 0)]
        header = header_for(connection, peer.id, made, mine, ledger.clock)
        late = unsent.listed(place.root, peer.id, known)
        named = [*added_contents(new), *contents.as_named(connection, late.keys())]
        sent = list(sending.of(named))
    step("正在签名和加密……", 0.5)
    data, full = sealed(header, made.parcel, sent, mine, [row.recipient])
    stamp = ledger.clock.now().strftime("%Y%m%d")
    name = f"{_file_word(made.parcel.name)}给{_file_word(row.name)}-{stamp}-{full.number:04d}"
    if len(data) > MOST_FILE:
        raise UserError("这个包超过1 GB，对方收不下，没有打包。请找人查看。")
    step("正在写到优盘并读回核对……", 0.7)
    # First what is left behind: a package that carries less than its commands name is remembered.
    unsent.keep(place.root, peer.id, {**late, **dict.fromkeys(sending.left)})
    path = _free_path(folder, name)
    _write_checked(path, data)
    try:
        ledger.write(packed(peer.id, row.name, full, len(new)))
    except PolicepostError:
        # Nobody is told of a package then, so none is to lie there.
        with contextlib.suppress(OSError):
            path.unlink()
        raise
    by = (made.parcel.site.hex(), full.upto.get(made.parcel.site, 0))
    lacking = unsent.after_sending(late, sending.left, sending.sent, by)
    unsent.keep(place.root, peer.id, lacking)
    changes = sum(len(command.changes) for command in new)
    counts = (len(new), changes, full.contents, made.left, len(sending.left))
    return Packed(path, row.name, *counts)


def look_into(ledger: Ledger, file: Path) -> Foreseen:
    """Return what merging a package would bring; nothing is written."""
    ledger.require(Right.EXCHANGE, MERGED)
    package = read_package(ledger, file)
    parcel = package.parcel({})
    with ledger.read() as connection:
        counts = foresee(connection, parcel)
        warnings = _warnings(connection, package, ledger.clock.now())
        receipts = receipt_words(connection, package.header)
    return Foreseen(package.header.name, package.header.created, counts, warnings, receipts)


def merge_file(ledger: Ledger, file: Path, step: Step = lambda *_: None) -> Merged:
    """Back the ledger up and take a package in; all of it or nothing.

    UserError names what is wrong with a package: damaged, forged, another's, of a newer program.
    """
    ledger.require(Right.EXCHANGE, MERGED)
    ledger.go_on_without()
    step("正在核验数据包……", 0.1)
    package = read_package(ledger, file)
    with ledger.read() as connection:
        new = merging.unknown(connection, package.parcel({}))
        warnings = _warnings(connection, package, ledger.clock.now())
        receipts = receipt_words(connection, package.header)
        news = is_news(connection, package.header)
    if not new:
        if news:
            ledger.write(heard(package.header))
        return Merged(package.header.name, Counts(0, 0, 0, 0, 0), warnings, receipts, None)
    step("正在备份……", 0.3)
    before = ledger.back_up("合并前").path
    step("正在合并……", 0.6)
    with ledger.read() as connection:
        kept = contents.keep(connection, ledger.place.blobs, ledger.core.naming_key, package)
    parcel = package.parcel(kept.names, kept.secrets)
    done = ledger.write(merge_package(package.header, parcel))
    return Merged(package.header.name, done.value, warnings, receipts, done.no, before)


def refuse_followed(connection: Connection, no: int) -> None:
    """Raise UserError if something followed merge `no`, naming it.

    A merge is not undone; as long as nothing followed, the backup made before it holds all there is
    besides, and putting that back takes it back. What was looked at or printed does not count, but
    a package that went out does: others know of the merge by it.
    """
    later = connection.execute(
        select(CommandRow.no, CommandRow.action)
        .where(CommandRow.no > no, (CommandRow.changes > 0) | (CommandRow.action == PACKED))
        .order_by(CommandRow.no)
    ).first()
    if later is not None:
        raise UserError(
            f"合并以后又做了第{later.no}号操作“{later.action}”，这次合并不能整个撤回了，没有改动。"
            "不对的地方请逐条改；要回到合并以前，请到“数据—备份”里看清楚再恢复。"
        )


def read_package(ledger: Ledger, file: Path) -> Package:
    """Return a package whose sender is paired and which is for this copy; UserError otherwise.

    Its header has the name on the sender's card, whatever the package calls itself.
    """
    with ledger.read() as connection:
        mine = sites.own_keys(connection)
        ours = have(connection).get(ledger.site, 0)
    package = opened(file, mine)
    own = bytes(mine.sign.verify_key).hex()
    with ledger.read() as connection:
        sender = sender_of(connection, package.header.key, own)
    checked = verified(package, sender.key, own, migrations.VERSIONS)
    with ledger.read() as connection:
        refuse_posing(connection, sender, checked)
    checked = replace(checked, header=checked.header._replace(name=sender.name))
    theirs = checked.header.have.get(ledger.site, 0)
    if theirs > ours and not ledger.missing:
        raise UserError(
            f"对方收到过本机的第{theirs}步，本机却只有{ours}步：本机的台账比对方知道的旧，至少少了"
            f"{theirs - ours}步。没有合并，台账没有改动。如果是从备份恢复的，请运行 policepost pair --renew。"
        )
    return checked


def _free_path(folder: Path, name: str) -> Path:
    """Return where no file is yet: another post of the same name, or this one before a restore, may have
    counted the same, and what lies there may be all that is left of what it holds.
    """
    path, number = folder / f"{name}{ENDING}", 1
    while os.path.lexists(path):
        number += 1
        path = folder / f"{name}-{number}{ENDING}"
    return path


def _write_checked(path: Path, data: bytes) -> None:
    """Write a package so that it is whole or not there, and read it back before it gets its name."""
    part = path.with_name(path.name + ".part")
    try:
        write_lasting(part, data)
        forget_cached(part)
        if sha256_of(part) != hashlib.sha256(data).hexdigest():
            part.unlink()
            raise EnvironmentFault(
                "写进去的和读出来的不一样，这个优盘可能是坏的或容量是假的，没有打包。请换一个优盘。"
            )
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise disk_fault(error, f"“{path.parent}”") from error
    _give_name(part, path)


def _give_name(part: Path, path: Path) -> None:
    """Give a package its name, or take the name back: nobody is to take it for written otherwise."""
    try:
        with ahead_of_its_record():
            move(part, path)
    except (OSError, EnvironmentFault) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        try:
            # The rename may have gone through and only its folder not have lasted.
            path.unlink(missing_ok=True)
        except OSError:
            raise EnvironmentFault(
                f"优盘报错，不知道“{path.name}”存上了没有，台账没有记成已打包。"
                "请不要用这个文件，换一个优盘重新打包。"
            ) from error
        if isinstance(error, OSError):
            raise disk_fault(error, f"“{path.parent}”") from error
        raise


def _warnings(connection: Connection, package: Package, now: datetime) -> tuple[str, ...]:
    """Return what is odd about a package, in sentences."""
    ahead = _ahead(package, now, site_names(connection))
    return ahead + _becomes_part(connection, package) + _owed(connection, package)


def _becomes_part(connection: Connection, package: Package) -> tuple[str, ...]:
    """Say that a whole ledger becomes a laptop's by a package cut to a few communities."""
    if not package.header.cut or connection.execute(select(Site.part)).scalar_one():
        return ()
    said = (
        "这个包只带几个社区，是给下乡笔记本的：合并以后，本机不再给纠纷编号，别人的内容也不再由本机转给第三家。"
        f"本机如果是完整的台账，就不要合并，请“{package.header.name}”重新配对，一个社区也不勾，再打包。"
    )
    return (said,)


def _ahead(package: Package, now: datetime, names: dict[Id, str]) -> tuple[str, ...]:
    """Name the sites whose clocks are far ahead of this machine's."""
    horizon = int((now + AHEAD).timestamp() * 1000) << 16
    ahead: dict[Id, int] = {}
    for command in package.commands:
        if command.stamp > horizon:
            ahead[command.site] = max(command.stamp, ahead.get(command.site, 0))
    return tuple(
        f"“{names.get(site) or package.header.name}”的电脑时钟走到了"
        f"{datetime.fromtimestamp((stamp >> 16) / 1000, now.tzinfo):%Y-%m-%d}，请对方校准。"
        "内容照样收下，本机的时钟不受影响。"
        for site, stamp in ahead.items()
    )


def _owed(connection: Connection, package: Package) -> tuple[str, ...]:
    """Say that the sender has steps of ours which this copy lost, and how to get them."""
    known, header = have(connection), package.header
    owed = sum(
        max(0, header.have.get(site, 0) - max(known.get(site, 0), header.upto.get(site, 0)))
        for site in family(connection)
    )
    said = (
        f"本机以前做过、现在少了的{owed}步，对方还有，不在这个包里："
        "把本机的包给对方合并，对方的下一个包会带回来。"
    )
    return (said,) if owed else ()


def _file_word(name: str) -> str:
    return "".join(c for c in name if c.isalnum())[:20] or "警务室"
