"""Points as people type them: 3, 2.5, -1."""

import re
from decimal import Decimal

from db.points import POINT


def typed_points(text: str) -> int | None:
    """Return hundredths of a point, None where the text is no such number."""
    said = text.strip().replace("－", "-").rstrip("分")
    if not re.fullmatch(r"-?\d{1,5}(\.\d{1,2})?", said, re.ASCII):
        return None
    return int(Decimal(said) * POINT)
