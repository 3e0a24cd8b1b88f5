"""Amounts in 分 as people read them, in yuan; a screen or paper keeps to one of the three ways."""


def short_yuan(cents: int) -> str:
    """Return it as a sentence tells it: 200, 12.50, -3.05."""
    whole, rest = divmod(abs(cents), 100)
    said = f"{whole}.{rest:02d}" if rest else str(whole)
    return f"-{said}" if cents < 0 else said


def full_yuan(cents: int) -> str:
    """Return it as an account tells it: 1,200.00, -3.05."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def plain_yuan(cents: int) -> str:
    """Return it as it is typed, and written on a signed form: 1200.00, -3.05."""
    return full_yuan(cents).replace(",", "")
