"""Text as people type it, brought to one form: widths, digits, spaces, names, telephones.

Widths are folded in digits, Latin letters and punctuation only. Chinese characters are never
touched, names above all: NFKC would turn rare variants into other characters.
"""

import re
import unicodedata

_WIDTHS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_CHINESE_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_NUMBER = re.compile(r"[零〇一二三四五六七八九两十百]+")
_BIDI_AND_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_IDENTITY_NUMBER = re.compile(
    r"(?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\d)"
)


def halfwidth(text: str) -> str:
    """Return the text with full-width digits, letters, marks and spaces in their ASCII form."""
    return text.translate(_WIDTHS)


def tidy(text: str) -> str:
    """Return the text without outer spaces and with each inner run of blanks as one space."""
    return " ".join(text.split())


def tidy_lines(text: str) -> str:
    """Return the text with each of its lines tidied and empty lines left out."""
    return "\n".join(line for line in map(tidy, text.splitlines()) if line)


def squeeze(text: str) -> str:
    """Return the text in half width with no blanks at all, for comparing words and headings."""
    return "".join(halfwidth(text).split())


def tidy_name(text: str) -> str:
    """Return a person's name: no blanks inside a Chinese name, characters as they were written."""
    text = tidy(text)
    return text if re.search(r"[A-Za-z]", text) else text.replace(" ", "")


def bad_characters(text: str) -> bool:
    """Tell whether the text holds what no ledger text may: NUL, controls, bidi marks, surrogates."""
    if _BIDI_AND_CONTROLS.search(text):
        return True
    return any(unicodedata.category(c) == "Cs" for c in text) if not text.isascii() else False


def has_identity_number(text: str) -> bool:
    """Tell whether an 18-digit citizen number (GB 11643) stands in the text."""
    return len(text) >= 18 and _IDENTITY_NUMBER.search(halfwidth(text)) is not None


def chinese_number(text: str) -> int | None:
    """Return the value of a number written in Chinese characters up to 999, else None."""
    if not _CHINESE_NUMBER.fullmatch(text):
        return None
    if not re.search("[十百]", text):
        return int("".join(str(_CHINESE_DIGITS[c]) for c in text))
    total, digit = 0, 0
    for c in text:
        if c in "十百":
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
        else:
            digit = _CHINESE_DIGITS[c]
    return total + digit


def telephone(text: str) -> str | None:
    """Return the digits of one telephone number, `区号-号码` kept with its hyphen; None if it is none.

    Accepts mobile numbers (11 digits from 1, with or without +86), fixed ones with area code, local
    numbers of 7 or 8 digits and short service numbers.
    """
    digits = re.sub(r"[\s\-()—－]", "", halfwidth(text))
    digits = re.sub(r"^(\+|00)86", "", digits)
    if not digits.isdecimal() or not digits.isascii():
        return None
    if re.fullmatch(r"1\d{10}", digits) or re.fullmatch(r"\d{5,8}", digits):
        return digits
    if re.fullmatch(r"0\d{9,11}", digits):
        area = 3 if digits[1] in "12" else 4
        return f"{digits[:area]}-{digits[area:]}"
    return None


def telephones(text: str) -> str | None:
    """Return one telephone number, or several as they stand in one entry, parted by 、; None if it is none."""
    for parts in ([text], re.split(r"[/、,，;；]+", text), text.split()):
        found = [number for part in parts if (number := telephone(part))]
        if parts and len(found) == len(parts):
            return "、".join(found)
    return None


def minutes_of(text: str) -> int | None:
    """Return a length typed in hours as minutes: 1.5, 2小时, 2学时, 90分钟; None if it is none."""
    match = re.fullmatch(
        r"(\d{1,3}(?:\.\d{1,2})?)(个?小时|个?学时|个?课时|时|分钟|分)?", squeeze(text)
    )
    if match is None:
        return None
    length = float(match[1]) * (1 if match[2] in ("分钟", "分") else 60)
    return round(length)


def hours_text(minutes: int) -> str:
    """Return minutes as hours with at most two decimals: 90 is 1.5, 120 is 2."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def characters(text: str) -> int:
    """Return how many characters a person sees, combining marks not counted."""
    return len(text) - sum(1 for c in text if unicodedata.combining(c)) if text else 0
