"""A paper as plain data: what it says and in which part, never how it is drawn.

PDF, Word, Excel and the preview on screen are made from the same values. Everything is a tuple, so
a document is frozen; it is built of named tuples because they load in a fifth of the time of
dataclasses, and a report is timed from the start of the process.
"""

from typing import Literal, NamedTuple

Align = Literal["left", "centre", "right"]
RowKind = Literal["plain", "group", "total"]


class Mark(NamedTuple):
    """A word in 黑体 above the title at the left, such as 内部资料."""

    text: str


class BulletinHead(NamedTuple):
    """The head of a short bulletin (简报): its name, which issue, who makes it, and the day."""

    name: str
    issue: str
    maker: str
    day: str


class Title(NamedTuple):
    """The title in the parts it may be broken between, because each has a meaning of its own."""

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The title in one piece."""
        return "".join(self.parts)


class Subtitle(NamedTuple):
    """A centred line under the title."""

    text: str


class Addressee(NamedTuple):
    """Whom the paper is sent to (主送), without its colon."""

    text: str


class Heading(NamedTuple):
    """A heading with its number in the text: level 1 一、, 2 （一）, 3 1., 4 （1）."""

    level: int
    text: str


class Paragraph(NamedTuple):
    """A paragraph of the body; its first line is indented by two characters."""

    text: str


class AttachmentNote(NamedTuple):
    """The names of what is attached, told below the body."""

    names: tuple[str, ...]


class Signature(NamedTuple):
    """Who signs and the day as written; `seal` leaves the room a stamp needs."""

    name: str
    day: str
    seal: bool = False


class Blank(NamedTuple):
    """A place to be filled: its label, what stands there, and its share of the line."""

    label: str
    value: str = ""
    share: float = 1.0


class BlankLine(NamedTuple):
    """Blanks side by side on one ruled line; what is too long for its place gets lines of its own.

    With `keep` the line stands on the page of what follows.
    """

    blanks: tuple[Blank, ...]
    keep: bool = False


class RuledText(NamedTuple):
    """A text on ruled lines behind its label, at least so many, the rest left for a pen."""

    label: str
    text: str = ""
    least: int = 1


class FormText(NamedTuple):
    """A printed sentence of a form; a head stands in 黑体, and `flush` without the indent."""

    text: str
    head: bool = False
    flush: bool = False


class SealPlace(NamedTuple):
    """Where a form is dated, under the name of who seals it if somebody does."""

    day: str
    name: str = ""


class CoverName(NamedTuple):
    """A name in large type on a file's cover, in the parts a long one is broken between."""

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The name in one piece."""
        return "".join(self.parts)


class SigningPlaces(NamedTuple):
    """Places to sign and thumb-print under a label, each with a word of its own or none.

    Two stand in a row where their words leave room to sign.
    """

    label: str
    places: tuple[str, ...] = ("",)


class Bars(NamedTuple):
    """A chart of bars lying side by side, each with its name before and its count behind it."""

    bars: tuple[tuple[str, int], ...]


class AttachmentStart(NamedTuple):
    """A new page that opens attachment `label` (附件1) with its title; `landscape` turns it."""

    label: str
    title: Title
    landscape: bool = False


class Column(NamedTuple):
    """A column: heading, how its cells stand, and `narrow` where it takes no spare width.

    `room` is how many characters it has place for at least, where a pen is to write.
    """

    head: str
    align: Align = "left"
    narrow: bool = True
    room: float = 0.0


class Row(NamedTuple):
    """A row of cells; a group row has one cell across the table, a total row is in 黑体."""

    cells: tuple[str, ...]
    kind: RowKind = "plain"


class Table(NamedTuple):
    """A ruled table and the notes that stand under it; `by_hand` leaves rows room to be filled."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    by_hand: bool = False


FormBlock = BlankLine | RuledText | SigningPlaces | FormText | SealPlace | CoverName
TextBlock = (
    Mark
    | BulletinHead
    | Title
    | Subtitle
    | Addressee
    | Heading
    | Paragraph
    | AttachmentNote
    | Signature
    | FormBlock
    | AttachmentStart
)
Block = TextBlock | Table | Bars


class Document(NamedTuple):
    """One paper with page numbers of its own.

    `landscape` turns its pages up to the first attachment; `centred_numbers` sets the page numbers
    in the middle instead of outside. They run from `first_page`; 0 leaves them out. A `form` has
    them at the top outside; `again` is the line that heads its pages after the first.
    """

    title: str
    author: str
    blocks: tuple[Block, ...]
    landscape: bool = False
    centred_numbers: bool = False
    first_page: int = 1
    form: bool = False
    again: str = ""
    language: str = "zh-CN"


def plain_text(document: Document) -> str:
    """Return what the document says, a line per block or row, cells parted by tabs."""
    return "\n".join(line for block in document.blocks for line in _lines(block))


def _lines(block: Block) -> list[str]:
    match block:
        case Title():
            lines = [block.text]
        case BulletinHead(name, issue, maker, day):
            lines = [name, issue, f"{maker}\t{day}"]
        case Addressee(text):
            lines = [f"{text}："]
        case AttachmentNote(names):
            lines = [f"附件：{attachment_label(names, 0)}{names[0]}"]
            lines += [f"{attachment_label(names, at)}{names[at]}" for at in range(1, len(names))]
        case Signature(name, day):
            lines = [name, day]
        case AttachmentStart(label, title):
            lines = [label, title.text]
        case Table(columns, rows, notes):
            head = "\t".join(column.head for column in columns)
            lines = [head, *("\t".join(row.cells) for row in rows), *notes]
        case BlankLine() | RuledText() | SigningPlaces() | FormText() | SealPlace() | CoverName():
            lines = _form_lines(block)
        case Bars(bars):
            lines = [f"{name}\t{count}" for name, count in bars]
        case Mark(text) | Subtitle(text) | Paragraph(text) | Heading(_, text):
            lines = [text]
    return lines


def attachment_label(names: tuple[str, ...], at: int) -> str:
    """Return the number that stands before an attachment's name; a single one has none."""
    return f"{at + 1}. " if len(names) > 1 else ""


def _form_lines(block: FormBlock) -> list[str]:
    match block:
        case BlankLine(blanks):
            lines = ["\t".join(f"{blank.label} {blank.value}" for blank in blanks)]
        case RuledText(label, text):
            lines = [f"{label}：{text}" if label else text]
        case SigningPlaces(label, places):
            lines = [f"{label}："] if label else []
            lines.append("\t".join(f"{place}____" for place in places))
        case SealPlace(day, name):
            lines = [name, day] if name else [day]
        case CoverName():
            lines = [block.text]
        case FormText(text):
            lines = [text]
    return lines
