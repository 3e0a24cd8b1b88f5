"""Commands at doors that answer with how those doors stand now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from db.coverage import DoorState, door_states
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx
from db.visits import CampaignLine


@dataclass(frozen=True)
class Recorded:
    """What recording answers with: how its doors stand now, so that only their cells are painted."""

    doors: list[DoorState]


def with_states(
    command: Command[Any], doors: Sequence[Id], campaign: CampaignLine, day: date
) -> Command[Recorded]:
    """Return the same command, answering with the states of its doors in a campaign on a day."""

    def run(tx: Tx) -> Recorded:
        command.run(tx)
        return Recorded(door_states(tx.connection, campaign, day, doors=doors))

    return Command(command.action, command.right, run, note=command.note, id=command.id)
