"""Percentages as the paper and the JSON show them: one decimal, rounded half up, ".0" kept."""


def percent(part: int, whole: int) -> str | None:
    """Return `part` of `whole` as text with one decimal ("43.8"), or None where whole is 0.

    Exact: counted in whole tenths, half rounded up. ValueError for negative counts, which nothing
    here has. Source: the rule "one decimal, rounded half up from exact decimals, .0 kept".
    """
    if part < 0 or whole < 0:
        raise ValueError("a percentage of negative counts")
    if whole == 0:
        return None
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}"
