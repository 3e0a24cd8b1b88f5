"""Ids and their texts, of which packages from elsewhere may hold anything."""

from typing import Any

import pytest

from db.kernel.ids import id_from_text, id_text, new_id


def test_an_id_comes_back_from_its_text() -> None:
    for _ in range(1000):
        one = new_id()
        assert id_from_text(id_text(one)) == one


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ValueError), ("short", ValueError), ("x" * 40, ValueError), ("晨" * 22, ValueError),
        (7, TypeError), (None, TypeError), ([], TypeError), (b"x" * 22, TypeError),
    ],
)  # fmt: skip
def test_what_is_no_text_of_an_id_is_refused(text: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        id_from_text(text)
