"""数据: ledgers out, in the columns they came in."""
