"""The only dispatcher: the command line first, the window when that is what was asked for."""

import sys


def main() -> int:
    """Run the program and return its exit code."""
    from desktop.cli import run  # noqa: PLC0415  what is slow to import loads behind the dispatch

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
