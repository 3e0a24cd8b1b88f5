"""The figures of a period: what the features count, put together once for paper, screen and JSON.

`spans` asks the features; `kinds`, `model` and `rates` know no database, so paper can stand on them
alone.
"""
