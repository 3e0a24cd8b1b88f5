"""True files changed a little: their bytes, a value in their JSON, or what their commands say."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from db.kernel.ids import id_text, new_id

Change = Callable[[bytes, int, int], Iterator[bytes]]
TRIPS = (
    b"null", b"-1", b"1e999", b"NaN", b"9" * 40, b"[" * 2000, b'{"a":' * 500, b'""', b"\\ud800",
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"true", b"\n", b'"', b",", "身份证".encode(), b"1" * 18,
)  # fmt: skip
ODD = (
    None, True, -1, 0, 2**53, 2**63 - 1, 0.5, 1e300, "", "x", "字" * 3000, "A" * 22, [], {}, [[]],
    [None, 1], {"": [None, None]}, {"name": None}, ["a", "b"], "2026-02-30", "0" * 64,
    "0001-01-01T00:00:00", "9999-12-31T23:59:59", "\x00",
)  # fmt: skip
KINDS = ("+", "~", "-", "^", "?")
_ID = 22


def changed(whole: bytes, how_many: int, seed: int) -> Iterator[bytes]:
    """Yield a file changed at one to four places, so many times over."""
    chance = random.Random(seed)
    for _ in range(how_many):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data) + 1)
            end = min(len(data), at + chance.choice((1, 2, 8, 64, 1000)))
            match chance.randrange(5):
                case 0 if at < len(data):
                    data[at] ^= 1 << chance.randrange(8)
                case 1:
                    del data[at:end]
                case 2:
                    data[at:at] = data[at:end]
                case 3:
                    data[at:end] = chance.randbytes(end - at)
                case _:
                    data[at:end] = chance.choice(TRIPS)
        yield bytes(data)


def odd(said: Any, chance: random.Random) -> Any:
    """Return plain JSON with one value somewhere in it exchanged for another kind of thing."""
    if isinstance(said, dict) and said and chance.random() < 0.9:
        name = chance.choice(list(said))
        return {**said, name: odd(said[name], chance)}
    if isinstance(said, list) and said and chance.random() < 0.9:
        at = chance.randrange(len(said))
        return [*said[:at], odd(said[at], chance), *said[at + 1 :]]
    return chance.choice(ODD)


def reworded(whole: bytes, how_many: int, seed: int) -> Iterator[bytes]:
    """Yield a file of one JSON with an odd value in it."""
    chance, said = random.Random(seed), orjson.loads(whole)
    for _ in range(how_many):
        yield orjson.dumps(odd(said, chance))


def retold(whole: bytes, how_many: int, seed: int) -> Iterator[bytes]:
    """Yield lines of JSON, one of them with an odd value, written as the program writes them."""
    chance, lines = random.Random(seed), whole.split(b"\n")
    full = [at for at, line in enumerate(lines) if line]
    for _ in range(how_many):
        at = chance.choice(full)
        said = odd(orjson.loads(lines[at]), chance)
        line = orjson.dumps(said, option=orjson.OPT_SORT_KEYS if len(full) == 1 else None)
        yield b"\n".join((*lines[:at], line, *lines[at + 1 :]))


def swapped(whole: bytes, how_many: int, seed: int) -> Iterator[bytes]:
    """Yield commands that are well said and never were: each value is one of another change."""
    chance, lines = random.Random(seed), [line for line in whole.split(b"\n") if line]
    for _ in range(how_many):
        commands: list[tuple[list[Any], list[list[Any]]]] = []
        for said in map(orjson.loads, lines):
            if len(said) == len(("kind", "entity", "record", "fields")):
                commands[-1][1].append(said)
            else:
                commands.append((said, []))
        for _ in range(chance.randint(1, 4)):
            _swap(commands, chance)
        told = [
            orjson.dumps(line)
            for head, changes in commands
            for line in ([*head[:-1], len(changes)], *changes)
        ]
        yield b"\n".join((*told, b"", b""))


def _swap(commands: list[tuple[list[Any], list[list[Any]]]], chance: random.Random) -> None:
    """Exchange one thing in one change for what another says, or move or repeat it."""
    full = [changes for _, changes in commands if changes]
    home = chance.choice(full)
    change = chance.choice(home)
    alike = [one for some in full for one in some if one[1] == change[1]]
    other = chance.choice(chance.choice((alike, chance.choice(full))))
    match chance.randrange(9):
        case 0:
            change[2] = other[2]
        case 1:
            change[3] = dict(other[3])
        case 2 if other[3]:
            name = chance.choice(list(other[3]))
            change[3] = {**change[3], name: other[3][name]}
        case 3:
            change[0] = chance.choice(KINDS)
        case 4 if change[3]:
            gone = chance.choice(list(change[3]))
            change[3] = {name: value for name, value in change[3].items() if name != gone}
        case 5:
            home.remove(change)
            chance.choice(commands)[1].append(change)
        case 6:
            home.append(list(change))
        case 7:
            head, to = chance.choice(commands)[0], chance.choice(commands)[0]
            head[8] = to[0]
        case _:
            ids = [name for name, value in change[3].items() if _is_id(value)]
            if ids:
                told = chance.choice((other[2], id_text(new_id())))
                change[3] = {**change[3], chance.choice(ids): told}


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and len(value) == _ID and value.isascii()
