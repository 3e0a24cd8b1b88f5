"""How the window looks: colours by their meaning, type, icons, and the one style sheet made of them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Final

from PySide6.QtCore import QByteArray, QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from desktop.paths import resources
from desktop.settings import Looks

MACHINE_FACES: Final = (
    "Microsoft YaHei UI", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC",
    "HarmonyOS Sans SC", "UOS", "WenQuanYi Micro Hei",
)  # fmt: skip


@dataclass(frozen=True)
class Tokens:
    """Colours by what they say; a `_ground` is what stands behind its colour."""

    ground: str
    surface: str
    line: str
    text: str
    second: str
    accent: str
    accent_ground: str
    on_accent: str
    done: str
    done_ground: str
    tries: str
    tries_ground: str
    closed: str
    closed_ground: str
    late: str
    late_ground: str


LIGHT: Final = Tokens(
    ground="#F5F6F8", surface="#FFFFFF", line="#E2E5EA", text="#1B2129", second="#5A6472",
    accent="#1F4E9E", accent_ground="#E6EDF8", on_accent="#FFFFFF",
    done="#1D774B", done_ground="#DDF0E5", tries="#8A5A00", tries_ground="#FFF0CC",
    closed="#6B5B7B", closed_ground="#ECE8F0", late="#B3261E", late_ground="#FBE4E2",
)  # fmt: skip
DARK: Final = Tokens(
    ground="#15181D", surface="#1C2026", line="#2E343D", text="#E6E9EE", second="#A4AEBB",
    accent="#8AB4F8", accent_ground="#22324D", on_accent="#10192B",
    done="#7FD1A4", done_ground="#1D3A2C", tries="#F0C36A", tries_ground="#3D3216",
    closed="#BBA9CE", closed_ground="#302A38", late="#F2A19B", late_ground="#47211F",
)  # fmt: skip


class Theme(QObject):
    """The looks in force. `changed` tells widgets that paint themselves to do it again, `resized`
    that all measures are others now.
    """

    changed = Signal()
    resized = Signal()

    def __init__(self, looks: Looks) -> None:
        super().__init__()
        self._looks = looks
        self._factor = looks.factor
        self._families = _families()
        # Kept, so that what paints itself gets a face that Qt has already looked up.
        self._fonts: dict[int, QFont] = {}
        self._colors: dict[str, QColor] = {}
        self.tokens = LIGHT
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.use(looks)

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in force."""
        return self.tokens is DARK

    def use(self, looks: Looks) -> None:
        """Put looks in force over the whole program."""
        before, self._looks, self._factor = self._factor, looks, looks.factor
        hints = QGuiApplication.styleHints()
        dark = looks.theme == "dark" or (
            looks.theme == "system" and hints.colorScheme() == Qt.ColorScheme.Dark
        )
        self.tokens = DARK if dark else LIGHT
        self._fonts.clear()
        self._colors.clear()
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101  a theme is made after the program
        application.setFont(self.font(13))
        application.setPalette(self._palette())
        application.setStyleSheet(self._style_sheet())
        self.changed.emit()
        if self._factor != before:
            self.resized.emit()

    def px(self, measure: float) -> int:
        """Return a measure of the drawings at the text size in force."""
        return round(measure * self._factor)

    def font(self, pixels: int) -> QFont:
        """Return the face of the window at a size of the drawings; it is not to be changed."""
        if pixels not in self._fonts:
            font = self._fonts[pixels] = QFont(self._families)
            font.setPixelSize(self.px(pixels))
        return self._fonts[pixels]

    def color(self, token: str) -> QColor:
        """Return a colour by its token's name; it is not to be changed."""
        if token not in self._colors:
            self._colors[token] = QColor(getattr(self.tokens, token))
        return self._colors[token]

    def icon(self, name: str, token: str = "second") -> QIcon:
        """Return an icon of the family in a token's colour, sharp at two sizes."""
        icon = QIcon()
        for size in (self.px(18), self.px(36)):
            icon.addPixmap(self._pixmap(name, getattr(self.tokens, token), size))
        return icon

    @staticmethod
    @lru_cache(maxsize=400)
    def _pixmap(name: str, color: str, size: int) -> QPixmap:
        source = _svg(name).replace(b"currentColor", color.encode())
        pixmap = QPixmap(QSize(size, size))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        QSvgRenderer(QByteArray(source)).render(painter)
        painter.end()
        return pixmap

    def _system_changed(self) -> None:
        if self._looks.theme == "system":
            self.use(self._looks)

    def _palette(self) -> QPalette:
        role = QPalette.ColorRole
        palette = QPalette()
        for group, token in (
            (role.Window, "ground"), (role.Base, "surface"), (role.AlternateBase, "ground"),
            (role.Button, "surface"), (role.WindowText, "text"), (role.Text, "text"),
            (role.ButtonText, "text"), (role.ToolTipBase, "surface"), (role.ToolTipText, "text"),
            (role.PlaceholderText, "second"), (role.Highlight, "accent"),
            (role.HighlightedText, "on_accent"), (role.Link, "accent"), (role.Accent, "accent"),
            (role.Mid, "line"), (role.Dark, "line"), (role.Light, "surface"),
            (role.BrightText, "late"),
        ):  # fmt: skip
            palette.setColor(group, self.color(token))
        for group in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, group, self.color("second"))
        return palette

    def _style_sheet(self) -> str:
        sheet = (resources() / "styles" / "window.qss").read_text("utf-8")
        values = dict(vars(self.tokens))
        values |= {f"px{n}": f"{self.px(n)}px" for n in range(1, 65)}
        values |= {"styles": (resources() / "styles").as_posix()}
        values |= {"mark": "dark" if self.dark else "light"}
        return Template(sheet).substitute(values)


def _families() -> list[str]:
    """Return the faces of the window: the machine's own Chinese face, or the one shipped."""
    present = set(QFontDatabase.families())
    own: list[str] = [name for name in MACHINE_FACES if name in present]
    if own:
        return own[:2]
    shipped = QFontDatabase.addApplicationFont(
        str(resources() / "fonts" / "NotoSansSC-Regular.ttf")
    )
    return QFontDatabase.applicationFontFamilies(shipped)


@lru_cache(maxsize=100)
def _svg(name: str) -> bytes:
    return Path(resources() / "icons" / f"{name}.svg").read_bytes()
