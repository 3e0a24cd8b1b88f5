"""From the password entered to a usable home page, for window.py: `ours FOLDER`, or `key` alone."""

import sys
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw

from benchmarks.measure import tell
from db.kernel.keys import KEY_BYTES, LANES, MEMORY_KIB, PASSES, SALT_BYTES
from db.sample import PASSWORD


def ours(folder: Path) -> None:
    """Enter the password once, in a window of a fresh process as a person has it."""
    from benchmarks.window_open import enter, log_in_page  # noqa: PLC0415  `key` needs no window

    with log_in_page(folder) as window:
        tell(lambda: enter(window))


def key() -> None:
    """Derive the key, as every unlocking must."""
    secret = PASSWORD.encode()
    tell(
        lambda: hash_secret_raw(
            secret, bytes(SALT_BYTES), PASSES, MEMORY_KIB, LANES, KEY_BYTES, Type.ID
        )
    )


if __name__ == "__main__":
    key() if sys.argv[1] == "key" else ours(Path(sys.argv[2]))
