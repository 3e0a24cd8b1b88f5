"""One part of the measured window, for window.py: `board`, `search` or `saving`, then the FOLDER.

Prints its rows as JSON.
"""

import importlib
import json
import sys
from pathlib import Path

from benchmarks.million import Million

if __name__ == "__main__":
    part = importlib.import_module(f"benchmarks.window_{sys.argv[1]}")
    print(json.dumps(list(part.rows(Million(Path(sys.argv[2]))))))
