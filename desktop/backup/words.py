"""What is said of a backup: of which moment it is, and what a restore would take back."""

from datetime import date, datetime

from db.kernel.dates import month_day
from db.looking import Between


def moment_words(when: datetime, today: date) -> str:
    """Return a moment in this machine's zone: 3月20日 19:40, with its year if it is not this one."""
    here = when.astimezone()
    year = "" if here.year == today.year else f"{here.year}年"
    return f"{year}{month_day(here)} {here:%H:%M}"


def between_words(between: Between, today: date) -> str:
    """Return what a restore would take back, as a sentence."""
    said = "这份备份之后，台账里没有新的操作。"
    if between.steps and between.since:
        since = moment_words(between.since, today)
        said = f"恢复后会少掉之后的 {between.steps} 步操作，{since} 起。"
    if between.only_there:
        said += f"这份备份里另有 {between.only_there} 步是现在的台账没有的，因为以前恢复过。"
    return said
