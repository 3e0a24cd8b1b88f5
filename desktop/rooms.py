"""The screens of the navigation and how they are put over an open ledger."""

from db.ledger import Ledger
from db.post import the_post
from desktop.background import Background
from desktop.home.page import HomePage
from desktop.imports.page import ImportPage
from desktop.page import Context
from desktop.reports.page import ReportsPage
from desktop.routes import Routes
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.visits.page import VisitsPage
from desktop.window import Room, Shell

ROOMS = (
    Room("home", "今日", "calendar-check", HomePage),
    Room("visits", "走访", "door-open", VisitsPage),
    Room("reports", "报表", "file-text", ReportsPage),
    Room("imports", "数据", "database", ImportPage),
)


def lock_minutes(ledger: Ledger) -> int:
    """Return after how many idle minutes the window locks itself; 0 is never."""
    with ledger.read() as connection:
        minutes = the_post(connection).lock_minutes
    return 15 if minutes is None else minutes


def shell_over(ledger: Ledger, settings: Settings, theme: Theme) -> Shell:
    """Return the window's inside over an open ledger, with the home page in sight."""
    with ledger.read() as connection:
        post = the_post(connection)
    context = Context(ledger, Background(ledger), Routes(), theme, settings)
    shell = Shell(context, ROOMS, post.name, post.station)
    context.routes.go("home")
    return shell
