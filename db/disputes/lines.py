"""Disputes as the lines of a dispute ledger: the registration and what has come of it so far."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from db.disputes import Conclusion, Dispute, DisputeDraft, DisputeParty, FollowUp, Reopening
from db.kernel.ids import Id


def dispute_lines(connection: Connection) -> dict[Id, dict[str, Any]]:
    """Return every dispute's stored row with the fields of a `DisputeDraft` filled in, by its id.

    Besides, `party_ids` by side and place, and `conclusion` and `follow_up`, the ids of those the
    line tells. One that was taken up again is open, and what came before that is not told.
    """
    lines: dict[Id, dict[str, Any]] = {}
    for row in connection.execute(select(Dispute.__table__)).mappings():
        blank = asdict(DisputeDraft())
        lines[row["id"]] = {**blank, **row, "side_a": (), "side_b": ()}
    parties = select(DisputeParty.__table__).order_by(DisputeParty.side, DisputeParty.place)
    for row in connection.execute(parties).mappings():
        line, side = lines[row["dispute"]], row["side"].lower()
        line[f"side_{side}"] += (row["name"],)
        line[f"phone_{side}"] = line[f"phone_{side}"] or row["phone"]
        line.setdefault("party_ids", {})[(row["side"], row["place"])] = row["id"]
    again = _taken_up_again(connection)
    conclusions = select(Conclusion.__table__).order_by(Conclusion.day, Conclusion.id)
    for row in connection.execute(conclusions).mappings():
        if (row["day"], row["id"]) < again.get(row["dispute"], ()):
            lines[row["dispute"]]["mediated"] = None
            continue
        performance = "done" if row["performed"] else "pending" if row["due"] else None
        lines[row["dispute"]] |= {
            "conclusion": row["id"],
            "result": row["outcome"],
            "mediated": row["day"],
            "performance": performance,
            "form": row["form"],
            "due": row["due"],
            "destination": row["destination"],
        }
    for row in connection.execute(select(FollowUp.__table__).order_by(FollowUp.day)).mappings():
        if (row["day"], row["id"]) >= again.get(row["dispute"], ()):
            lines[row["dispute"]] |= {
                "follow_up": row["id"],
                "followed_up": row["day"],
                "follow_up_result": row["result"],
            }
    return lines


def _taken_up_again(connection: Connection) -> dict[Id, tuple[Any, ...]]:
    """When each dispute was last taken up again: the day, and the id for what happened on it."""
    last = select(Reopening.dispute, Reopening.day, Reopening.id).order_by(
        Reopening.day, Reopening.id
    )
    return {dispute: (day, id_) for dispute, day, id_ in connection.execute(last)}
