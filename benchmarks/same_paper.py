"""The program's own paper written for the peers: the same blocks as Typst and as HTML sources.

Both are set by the same rules as far as the peers have them: A4 with the margins, the type sizes
and the line pitch of desktop/paper/sheet.py, the shipped faces, ruled tables with repeated heads.
WeasyPrint closes no two marks up, so its lines are a little nearer to come to as many pages.
"""

import html
import json
from collections.abc import Iterator
from pathlib import Path

from desktop.paper.document import (
    Addressee,
    AttachmentNote,
    AttachmentStart,
    Block,
    Document,
    Heading,
    Paragraph,
    Row,
    Signature,
    Subtitle,
    Table,
    Title,
    attachment_label,
)
from desktop.paper.fonts import SHIPPED

_TYPST_HEAD = """\
#set document(title: {title}, author: {author})
#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm),
  footer: context {{
    let page = counter(page).get().first()
    set text(size: 14pt)
    set align(if calc.odd(page) {{ right }} else {{ left }})
    pad(x: 14pt, [— #page —])
  }})
#set text(font: ("Noto Serif SC", "HanaMinB"), size: 16pt, tracking: -0.21pt, lang: "zh",
  region: "cn", cjk-latin-spacing: none, top-edge: 0.88em, bottom-edge: -0.12em)
#set par(justify: true, leading: 12.95pt, spacing: 12.95pt)
#let kai(said) = text(font: "LXGW WenKai", said)
#let hei(said) = text(font: "Noto Sans SC", said)
#let paragraph(said) = par(first-line-indent: (amount: 2em, all: true), said)
#let heading-line(said) = par(first-line-indent: (amount: 2em, all: true), hei(said))
#let title(said) = align(center, text(size: 22pt, weight: 600, said))
#let small(said) = {{ set par(leading: 3.5pt, spacing: 3.5pt); text(size: 10.5pt, said) }}
#let ruled(columns, aligns, head, ..cells) = {{
  set text(size: 10.5pt, tracking: 0pt)
  set par(justify: false, leading: 3pt)
  table(columns: columns, align: aligns, stroke: 0.5pt, inset: (x: 4pt, y: 3pt),
    table.header(..head.map(said => table.cell(align: center, hei(said)))), ..cells)
}}
"""

_HTML_HEAD = """\
<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<meta name="author" content="{author}"><style>
{faces}
@page {{ size: A4; margin: 37mm 26mm 35mm 28mm;
  @bottom-right {{ content: "— " counter(page) " —"; font: 14pt song; }} }}
@page :left {{ @bottom-right {{ content: none; }}
  @bottom-left {{ content: "— " counter(page) " —"; font: 14pt song; }} }}
body {{ margin: 0; font: 16pt/26pt song, rare; letter-spacing: -0.21pt; text-align: justify; }}
p, h1, h2 {{ margin: 0; font-weight: normal; }}
h1 {{ font: 22pt/26pt title; text-align: center; }}
.subtitle {{ font-family: kai; text-align: center; }}
h2, .label {{ font: 16pt/26pt hei; }}
.body, h2 {{ text-indent: 2em; }}
.note {{ padding-left: 2em; margin-top: 26pt; }}
.signature {{ text-align: right; margin-top: 26pt; }}
.new {{ break-before: page; }}
table {{ width: 100%; border-collapse: collapse; font-size: 10.5pt; line-height: 13.65pt;
  letter-spacing: 0; text-align: left; }}
th, td {{ border: 0.5pt solid black; padding: 1.6pt 4pt; }}
th, tr.total td, tr.group td {{ font-family: hei; font-weight: normal; }}
th, .centre {{ text-align: center; }} .right {{ text-align: right; }}
.foot {{ font-size: 10.5pt; line-height: 14pt; }}
</style></head><body>
"""
_FACES = {
    "song": "NotoSerifSC-Regular.ttf",
    "title": "NotoSerifSC-SemiBold.ttf",
    "hei": "NotoSansSC-Regular.ttf",
    "kai": "LXGWWenKai-Regular.ttf",
    "rare": "HanaMinB.ttf",
}


def as_typst(document: Document) -> str:
    """Return the source from which Typst sets the paper; TypeError for a block no report has."""
    head = _TYPST_HEAD.format(title=_said(document.title), author=_said(document.author))
    return head + "\n".join(line for block in document.blocks for line in _typst(block)) + "\n"


def as_html(document: Document) -> str:
    """Return the source from which WeasyPrint sets the paper; TypeError for an unknown block."""
    faces = "\n".join(
        f'@font-face {{ font-family: {name}; src: url("{_address(file)}"); }}'
        for name, file in _FACES.items()
    )
    head = _HTML_HEAD.format(
        title=html.escape(document.title), author=html.escape(document.author), faces=faces
    )
    return head + "\n".join(line for block in document.blocks for line in _html(block)) + "\n"


def _address(file: str) -> str:
    return Path(SHIPPED / file).as_uri()


def _said(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _typst(block: Block) -> Iterator[str]:
    match block:
        case Title():
            yield f"#title({_said(block.text)})"
        case Subtitle(text):
            yield f"#align(center, kai({_said(text)}))"
        case Addressee(text):
            yield f"#par({_said(text + '：')})"
        case Heading(_, text):
            yield f"#heading-line({_said(text)})"
        case Paragraph(text):
            yield f"#paragraph({_said(text)})"
        case AttachmentNote(names):
            yield "#v(28.95pt)"
            for line in _attachments(names):
                yield f"#paragraph({_said(line)})"
        case Signature(name, day):
            yield f"#v(28.95pt)\n#align(right, {_said(name)})\n#align(right, {_said(day)})"
        case AttachmentStart(label, title):
            yield f"#pagebreak()\n#hei({_said(label)})\n\n#title({_said(title.text)})"
        case Table():
            yield from _typst_table(block)
        case _:
            raise TypeError(f"a block the report does not have: {type(block).__name__}")


def _typst_table(table: Table) -> Iterator[str]:
    widths = ", ".join("auto" if column.narrow else "1fr" for column in table.columns)
    if all(column.narrow for column in table.columns):
        widths = ", ".join("1fr" for _ in table.columns)
    aligns = ", ".join(column.align.replace("centre", "center") for column in table.columns)
    heads = ", ".join(_said(column.head) for column in table.columns)
    yield f"#ruled(({widths},), ({aligns},), ({heads},),"
    for row in table.rows:
        yield f"  {', '.join(_typst_cells(row, len(table.columns)))},"
    yield ")"
    for note in table.notes:
        yield f"#small({_said(note)})"


def _typst_cells(row: Row, columns: int) -> list[str]:
    if row.kind == "group":
        return [f"table.cell(colspan: {columns}, align: left, hei({_said(row.cells[0])}))"]
    if row.kind == "total":
        return [f"hei({_said(cell)})" for cell in row.cells]
    return [_said(cell) for cell in row.cells]


def _html(block: Block) -> Iterator[str]:
    match block:
        case Title():
            yield f"<h1>{html.escape(block.text)}</h1>"
        case Subtitle(text):
            yield f'<p class="subtitle">{html.escape(text)}</p>'
        case Addressee(text):
            yield f"<p>{html.escape(text)}：</p>"
        case Heading(_, text):
            yield f"<h2>{html.escape(text)}</h2>"
        case Paragraph(text):
            yield f'<p class="body">{html.escape(text)}</p>'
        case AttachmentNote(names):
            lines = "<br>".join(html.escape(line) for line in _attachments(names))
            yield f'<p class="note">{lines}</p>'
        case Signature(name, day):
            yield f'<p class="signature">{html.escape(name)}<br>{html.escape(day)}</p>'
        case AttachmentStart(label, title):
            yield f'<p class="label new">{html.escape(label)}</p>'
            yield f"<h1>{html.escape(title.text)}</h1>"
        case Table():
            yield from _html_table(block)
        case _:
            raise TypeError(f"a block the report does not have: {type(block).__name__}")


def _html_table(table: Table) -> Iterator[str]:
    heads = "".join(f"<th>{html.escape(column.head)}</th>" for column in table.columns)
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
    for row in table.rows:
        if row.kind == "group":
            yield (
                f'<tr class="group"><td colspan="{len(table.columns)}">'
                f"{html.escape(row.cells[0])}</td></tr>"
            )
            continue
        cells = "".join(
            f'<td class="{column.align}">{html.escape(cell)}</td>'
            for column, cell in zip(table.columns, row.cells, strict=True)
        )
        yield f'<tr class="{row.kind}">{cells}</tr>'
    yield "</tbody></table>"
    for note in table.notes:
        yield f'<p class="foot">{html.escape(note)}</p>'


def _attachments(names: tuple[str, ...]) -> list[str]:
    return [
        ("附件：" if at == 0 else "") + attachment_label(names, at) + name
        for at, name in enumerate(names)
    ]
