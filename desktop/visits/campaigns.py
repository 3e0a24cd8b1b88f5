"""The choice of a campaign, for the screens that count by one."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from PySide6.QtCore import QSignalBlocker
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.progress import campaign_of
from db.visits import CampaignLine, campaigns
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.parts import choose, fill

NONE = "近一年"


class Choice(NamedTuple):
    """The campaign in force, the others there are, and the day up to which it is counted."""

    campaign: CampaignLine
    others: list[CampaignLine]
    day: date


def choice(connection: Connection, wanted: Id | None, day: date) -> Choice:
    """Return the campaign asked for, else that of the day; one that is over is counted to its end."""
    begun = [line for line in campaigns(connection) if line.start <= day]
    found = next((line for line in begun if line.id == wanted), None)
    campaign = found or campaign_of(connection, day)
    return Choice(campaign, begun, min(day, campaign.end))


class CampaignBox(ChoiceBox):
    """The campaigns begun by today; without any there is nothing to choose."""

    def __init__(self) -> None:
        super().__init__("走访任务")
        self.setMinimumContentsLength(6)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToContents)
        self.hide()

    def show_choice(self, lines: Sequence[CampaignLine], campaign: CampaignLine) -> None:
        """Show what can be chosen, with the one in force."""
        offered = list(lines) if campaign in lines else [campaign, *lines]
        with QSignalBlocker(self):
            fill(self, [(line.name or NONE, line.id) for line in offered])
            choose(self, campaign.id)
        self.setVisible(len(offered) > 1)
