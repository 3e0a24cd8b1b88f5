"""A site's fingerprint on paper, to be compared when two sites are paired."""

from datetime import date

from db.kernel.dates import full_day
from desktop.paper.document import Document, Paragraph, Signature, Subtitle, Title

GROUPS_A_LINE = 4


def site_card(name: str, fingerprint: str, *, post: str, made: date) -> Document:
    """Return the sheet; the fingerprint's groups stand four to a line."""
    groups = fingerprint.split()
    lines = [groups[at : at + GROUPS_A_LINE] for at in range(0, len(groups), GROUPS_A_LINE)]
    return Document(
        f"{name}名片指纹",
        post,
        (
            Title((name, "名片指纹")),
            *(Subtitle("　".join(line)) for line in lines),
            Paragraph("配对时，对方在“数据—配对”里打开本室的名片，屏幕上的指纹要和这张纸上的一样，"
                      "一组也不能差。不一样就不要配对，请本室重新给名片。"),
            Paragraph("指纹不是密码，给人看没有关系；要紧的是这张纸由本室的人当面交给对方。"),
            Signature(post, full_day(made)),
        ),
    )  # fmt: skip
