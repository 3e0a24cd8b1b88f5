"""Commands that join ledgers: pair, pack, merge."""

import argparse
from typing import Any

from db import exchanging
from db.exchange import deciding, sites
from db.kernel.errors import UserError
from db.ledger import Ledger
from db.places import communities
from desktop.cli.opening import Bar, print_json, require_folder_of, unlocked


def pair(arguments: argparse.Namespace) -> int:
    """Show the paired sites, write this copy's card, or trust another's after comparing."""
    if arguments.own_card is not None:
        require_folder_of(arguments.own_card)
    said: dict[str, Any]
    doing = (arguments.own_card, arguments.card, arguments.remove, arguments.renew or None)
    if sum(one is not None for one in doing) > 1:
        raise UserError("一次只做一件事：做名片、配对、解除配对或换新身份。什么也没有改动。")
    writes = any(one is not None for one in doing)
    with unlocked(arguments, write=writes) as ledger:
        if arguments.own_card is not None:
            card = exchanging.make_card(ledger, arguments.own_card, arguments.name)
            said = {"name": card.name, "fingerprint": card.fingerprint}
            words = f"“{card.name}”的名片写在 {arguments.own_card}。\n指纹：{card.fingerprint}"
        elif arguments.card is not None:
            said, words = _pair(ledger, arguments)
        elif arguments.remove is not None:
            with ledger.read() as connection:
                peer = exchanging.peer_named(connection, arguments.remove)
            ledger.write(sites.unpair(peer.id))
            said, words = {"removed": peer.name}, f"已解除和“{peer.name}”的配对，它的包不再收。"
        elif arguments.renew:
            ledger.write(sites.renew())
            said, words = {"renewed": True}, "这份台账已换新身份，可以继续登记和交换。"
        else:
            said, words = _listing(ledger)
    if arguments.json:
        print_json(said)
    else:
        print(words)
    return 0


def _pair(ledger: Ledger, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    card = sites.read_card(arguments.card)
    said = {"name": card.name, "fingerprint": card.fingerprint, "paired": False}
    if not arguments.fingerprint:
        words = (
            f"“{card.name}”的指纹：{card.fingerprint}\n还没有配对。"
            "请和对方当面核对，一样就加上 --fingerprint 再来一次。"
        )
        return said, words
    named = [name for group in arguments.community for name in group]
    with ledger.read() as connection:
        known = {line.name: line.id for line in communities(connection)}
    unknown = [name for name in named if name not in known]
    if unknown:
        raise UserError(f"台账里没有叫“{unknown[0]}”的社区。已有：{'、'.join(known)}。")
    cut_to = tuple(known[name] for name in named)
    ledger.write(
        sites.pair(
            card, arguments.fingerprint, cut_to=cut_to, numbers_there=arguments.numbers_there
        )
    )
    only = f"，只带{'、'.join(named)}" if named else ""
    return {**said, "paired": True}, f"已和“{card.name}”配对{only}。"


def _listing(ledger: Ledger) -> tuple[dict[str, Any], str]:
    with ledger.read() as connection:
        lines = sites.peers(connection)
        open_now = deciding.count_open(connection)
    said = {
        "peers": [
            {
                "name": line.name, "fingerprint": line.fingerprint, "packed": line.packed,
                "arrived": line.arrived, "waiting": line.waiting,
            }
            for line in lines
        ],
        "to_decide": open_now,
    }  # fmt: skip
    words = [
        f"{line.name}  已到{line.packed}条中的{line.arrived}条，还有{line.waiting}条没到"
        for line in lines
    ]
    if open_now:
        words.append(f"有{open_now}处两边登记不同，等人裁定。")
    return said, "\n".join(words) or "还没有配对的单位。"


def pack(arguments: argparse.Namespace) -> int:
    """Write a package for a paired site."""
    bar = Bar()
    with unlocked(arguments, write=False) as ledger:
        with ledger.read() as connection:
            peer = exchanging.peer_named(connection, arguments.to)
        made = exchanging.pack(ledger, peer, arguments.out, bar)
    bar.end()
    if arguments.json:
        said = {
            "file": str(made.path), "to": made.peer, "commands": made.commands,
            "changes": made.changes, "attachments": made.contents,
            "left": made.left, "lacking": made.lacking,
        }  # fmt: skip
        print_json(said)
    else:
        print(
            f"已给“{made.peer}”打包并读回核对：{made.path}\n"
            f"{made.commands}步，{made.changes}处改动，{made.contents}个附件。{made.still_to_come}"
            "请安全弹出优盘。"
        )
    return 0


def merge(arguments: argparse.Namespace) -> int:
    """Take packages in, or only tell what they would bring."""
    bar = Bar()
    told = []
    with unlocked(arguments, write=not arguments.dry_run) as ledger:
        for file in arguments.files:
            seen: exchanging.Foreseen | exchanging.Merged
            if arguments.dry_run:
                seen = exchanging.look_into(ledger, file)
            else:
                seen = exchanging.merge_file(ledger, file, bar)
            bar.end()
            told.append(_account(file.name, seen))
            if not arguments.json:
                _tell(told[-1], dry=arguments.dry_run)
    if arguments.json:
        print_json({"packages": told})
    return 0


def _account(file: str, seen: exchanging.Foreseen | exchanging.Merged) -> dict[str, Any]:
    return {
        "file": file, "from": seen.sender, **seen.counts._asdict(),
        "warnings": list(seen.warnings), "receipts": seen.receipts,
        "command": seen.no if isinstance(seen, exchanging.Merged) else None,
    }  # fmt: skip


def _tell(said: dict[str, Any], *, dry: bool) -> None:
    if not said["commands"]:
        print(f"{said['file']}（来自{said['from']}）：已经合并过了，没有新内容。")
    else:
        print(
            f"{said['file']}（来自{said['from']}）：{said['commands']}步，新增{said['new']}条，"
            f"别处改动{said['harmless']}条，相同{said['same']}条，要裁定{said['to_decide']}条。"
        )
        print(
            "这是预览，没有写入。"
            if dry
            else f"已合并，这是第{said['command']}号操作，合并前已备份。"
        )
    for line in (*said["warnings"], said["receipts"]):
        if line:
            print(f"  {line}")
