"""The command line run as a person runs it: a process of its own, words and an exit code back."""

import os
import subprocess
import sys
from pathlib import Path

from db.sample import PASSWORD
from tests.conftest import ROOT

DONE, MISTAKE, USAGE, MACHINE = 0, 1, 2, 3


def policepost(
    *arguments: str | Path, password: str | None = PASSWORD, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command; no screen, no terminal, and never a traceback whatever it is given."""
    variables = {
        **{k: v for k, v in os.environ.items() if k not in ("DISPLAY", "QT_QPA_PLATFORM")},
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    if password is not None:
        variables["POLICEPOST_PASSWORD"] = password
    done = subprocess.run(
        [sys.executable, "-m", "desktop", *map(str, arguments)],
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        check=False,
        timeout=300,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done
