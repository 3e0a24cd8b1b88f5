"""Every module that declares a table: whoever opens a ledger must know them all.

Undo, proofs and the schema's own test look tables up by name; one that was never loaded would be
passed over.
"""

from db import (
    attachments,
    disputes,
    editions,
    erasure,
    people,
    places,
    points,
    post,
    reviews,
    rewards,
    trainings,
    visits,
)
from db.disputes import course, numbers
from db.exchange import tables as exchange
from db.imports import kept, mappings
from db.kernel import accounts, unsaved
from db.kernel import erasure as erased
from db.visits import sheets

WITH_TABLES = (
    accounts, attachments, course, disputes, editions, erased, erasure, exchange, kept, mappings, numbers, people, places,
    points, post, reviews, rewards, sheets, trainings, unsaved, visits,
)  # fmt: skip
