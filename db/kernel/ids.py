"""Record ids: UUIDv7 as 16 bytes, made by the client before the first try of a write.

Bytes and not `uuid.UUID`: a list of 1,000,000 visits holds three ids a row.
"""

import os
import time
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from typing import TypeAlias

Id: TypeAlias = bytes


def new_id() -> Id:
    """Return a new UUIDv7 (RFC 9562, method 3): millisecond, its fraction, 62 random bits."""
    nanoseconds = time.time_ns()
    milliseconds, fraction = divmod(nanoseconds, 1_000_000)
    sub_millisecond = fraction * 4096 // 1_000_000
    tail = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    value = milliseconds << 80 | 7 << 76 | sub_millisecond << 64 | 2 << 62 | tail
    return value.to_bytes(16, "big")


def id_text(value: Id) -> str:
    """Return the id as 22 characters of URL-safe Base64, its form in the journal and on screen."""
    return urlsafe_b64encode(value)[:22].decode("ascii")


def id_from_text(text: str) -> Id:
    """Return the id written as `id_text` did; ValueError for another text, TypeError for no text."""
    # A journal has one in each line: the library's own way takes four times as long.
    value = a2b_base64((text + "==").replace("-", "+").replace("_", "/"))
    if len(value) != 16:
        raise ValueError("not an id")
    return value
