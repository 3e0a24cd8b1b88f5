"""Run the benchmarks and print their table: python -m benchmarks [name...] [--cache FOLDER]."""

import argparse
import importlib
from pathlib import Path

from benchmarks.measure import ROOT, Row, machine, table

NAMES = ("imports", "paper", "large", "window", "exchange", "reliability")


def main() -> None:
    """Run those named, or all; nothing is asserted about time."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}")
    parser.add_argument(
        "--cache", type=Path, default=ROOT / "build" / "bench", help="keeps the large ledger"
    )
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in NAMES]
    if unknown:
        parser.error(f"no benchmark {unknown[0]}; there are {', '.join(NAMES)}")
    found: list[Row] = []
    print(machine())
    for name in arguments.names or NAMES:
        module = importlib.import_module(f"benchmarks.{name}")
        for row in module.rows(arguments.cache):
            print(f"{name}: {row.name}: {row.ours} / {row.peer} {row.verdict}", flush=True)
            found.append(row)
    print(f"\n{table(found)}\n\n{machine()}")


if __name__ == "__main__":
    main()
