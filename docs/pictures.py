"""Make the pictures of the README and the manual: the report's first page and the main screens."""

import subprocess
import sys
import tempfile
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from db.ledger import Ledger
from db.sample import PASSWORD, sample_clock
from desktop.rooms import shell_over
from desktop.settings import Looks, Settings
from desktop.theme import Theme
from desktop.window import Shell

PICTURES = Path(__file__).resolve().parent / "pictures"
SCREENS = ("home", "visits", "disputes", "trainings", "reports")


def main() -> None:
    """Run the demonstration once and take every picture from it."""
    folder = Path(tempfile.mkdtemp()) / "demo"
    subprocess.run(
        [sys.executable, "-m", "desktop", "demo", "--out", str(folder), "--no-window"], check=True
    )
    paper = next(folder.glob("*.pdf"))
    subprocess.run(
        ["pdftoppm", "-r", "84", "-f", "1", "-l", "1", "-png", "-singlefile", paper, PICTURES / "report"],
        check=True,
    )  # fmt: skip
    application = QApplication(sys.argv[:1])
    settings = Settings(folder / "looks.json")
    theme = Theme(Looks(theme="light"))
    with Ledger.unlock(folder, PASSWORD, clock=sample_clock()) as ledger:
        shell = shell_over(ledger, settings, theme)
        shell.resize(1440, 900)
        shell.show()
        for looks in (Looks(theme="light"), Looks(theme="dark")):
            theme.use(looks)
            for name in SCREENS:
                shell.context.routes.go(name)
                _settle(shell)
                shell.grab().save(str(PICTURES / f"{name}-{looks.theme}.png"))
        shell.context.background.close()
    application.quit()


def _settle(shell: Shell) -> None:
    for _ in range(4):
        QTest.qWait(150)
        while not shell.context.background.idle:
            QTest.qWait(20)


if __name__ == "__main__":
    main()
