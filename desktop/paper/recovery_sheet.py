"""The recovery code on paper, to be sealed and locked away."""

from datetime import date

from db.kernel.dates import full_day
from desktop.paper.document import Document, Paragraph, Signature, Subtitle, Title

GROUPS_A_LINE = 4


def recovery_sheet(code: str, *, post: str, made: date) -> Document:
    """Return the sheet; the code's groups stand four to a line, as they are shown on screen."""
    groups = code.split("-")
    lines = [groups[at : at + GROUPS_A_LINE] for at in range(0, len(groups), GROUPS_A_LINE)]
    return Document(
        f"{post}恢复码",
        post,
        (
            Title(("台账恢复码",)),
            *(Subtitle("　".join(line)) for line in lines),
            Paragraph("忘了密码时，用恢复码可以打开台账、设新的密码。谁拿到它都能打开台账，请装进信封封好，"
                      "锁在保险柜里，不要和电脑、优盘放在一起。"),
            Paragraph("用过一次以后，这个恢复码作废，程序会给一个新的。"),
            Signature(post, full_day(made)),
        ),
    )  # fmt: skip
