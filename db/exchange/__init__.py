"""Ledgers that work apart and are joined by a stick: pairing, packages, merging, deciding.

What travels are commands: each copy ("site") takes the others' commands into its own journal and
settles every record they touch by the same rule, so that copies which know the same commands hold
the same ledger (`settling`). Nothing here opens files or the ledger; `db.exchanging` does:

- `make_card(ledger, file, name)` writes this copy's card; `sites.read_card(file)` reads another's,
  `Card.fingerprint` is what people compare, `ledger.write(sites.pair(card, fingerprint, cut_to=...,
  numbers_there=...))` trusts it, `sites.unpair(peer)` no longer.
- `sites.peers(connection)` lists the paired sites: packed, arrived, waiting, when last heard of.
- `pack(ledger, peer, folder, step)` writes a package and answers `Packed`; `look_into(ledger, file)`
  foresees a merge (`Foreseen`: counts of new, harmless, same, to decide; warnings; receipts) and
  writes nothing; `merge_file(ledger, file, step)` backs up and merges (`Merged`).
- `deciding.open_conflicts(connection)` lists what is to decide, side by side; `deciding.decide(
  [Choice(entity, record, field, value), ...])` is one command for any number of choices;
  `deciding.count_open(connection)` is for the home page.
- `people.likely_same(connection)` suggests people entered twice, `people.join_people(keep, other)`
  joins two of them; undoing that command parts them again.
- `digest.canonical_digest(connection)` is equal for copies that are the same.

Every call raises the errors of db.kernel.errors with a sentence to show as it stands. All `step`
arguments are told (text, 0..1) as backups and imports do; the slow ones are `pack`, `look_into` and
`merge_file`.
"""
