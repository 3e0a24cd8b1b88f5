"""A printing system of its own for a test: CUPS on a private socket, one queue that keeps the job."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Whoever asks for printers in this process asks here, so that no test reaches a real one.
FOLDER = Path(tempfile.gettempdir()) / f"policepost-cups-{os.getpid()}"
SOCKET = FOLDER / "sock"
NAME = "weekly"
_CONF = """
Listen {folder}/sock
LogLevel warn
DefaultAuthType None
WebInterface No
Browsing Off
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""
_FILES = """
FileDevice Yes
ServerRoot {folder}/root
StateDir {folder}/run
CacheDir {folder}/cache
RequestRoot {folder}/spool
TempDir {folder}/tmp
ErrorLog {folder}/error
AccessLog {folder}/access
PageLog {folder}/pages
User lp
Group lp
SystemGroup root
Sandboxing relaxed
"""
# A laser printer that takes PDF and prints on both sides, with margins it cannot print on.
_PPD = """*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "WEEKLY.PPD"
*Manufacturer: "Test"
*Product: "(Laser)"
*ModelName: "Laser"
*ShortNickName: "Laser"
*NickName: "Laser"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: False
*DefaultColorSpace: Gray
*FileSystem: False
*cupsVersion: 2.4
*cupsFilter: "application/vnd.cups-pdf 0 -"
*OpenUI *PageSize/Page Size: PickOne
*DefaultPageSize: A4
*PageSize A4/A4: "<</PageSize[595 842]>>setpagedevice"
*CloseUI: *PageSize
*OpenUI *PageRegion: PickOne
*DefaultPageRegion: A4
*PageRegion A4/A4: "<</PageSize[595 842]>>setpagedevice"
*CloseUI: *PageRegion
*DefaultImageableArea: A4
*ImageableArea A4/A4: "12 12 583 830"
*DefaultPaperDimension: A4
*PaperDimension A4/A4: "595 842"
*OpenUI *Duplex/Double-Sided Printing: PickOne
*DefaultDuplex: None
*Duplex None/Off: ""
*Duplex DuplexNoTumble/Long Edge: ""
*Duplex DuplexTumble/Short Edge: ""
*CloseUI: *Duplex
"""


class Queue:
    """The queue; what was printed last, and how each job was asked for."""

    printed = FOLDER / "printed.pdf"
    spool = FOLDER / "spool"

    def job(self, wait_seconds: float = 20) -> tuple[bytes, str]:
        """Return the paper that came out, and the line of the page log."""
        end = time.monotonic() + wait_seconds
        log = FOLDER / "pages"
        while time.monotonic() < end:
            if log.exists() and self.printed.exists() and log.read_text().strip():
                return self.printed.read_bytes(), log.read_text().strip()
            time.sleep(0.1)
        raise AssertionError(f"nothing was printed: {(FOLDER / 'error').read_text()[-2000:]}")


@contextmanager
def printing() -> Iterator[Queue]:
    """Run the printing system while the block runs; AssertionError where it does not start."""
    for name in ("root", "run", "cache", "spool", "tmp"):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
    (FOLDER / "root" / "cupsd.conf").write_text(_CONF.format(folder=FOLDER))
    (FOLDER / "root" / "files.conf").write_text(_FILES.format(folder=FOLDER))
    (FOLDER / "laser.ppd").write_text(_PPD)
    if os.geteuid() == 0:
        # Its filters run as lp, who must reach the folder.
        subprocess.run(["chown", "-R", "lp:lp", FOLDER], check=True)
    daemon = subprocess.Popen(
        ["cupsd", "-f", "-c", FOLDER / "root" / "cupsd.conf", "-s", FOLDER / "root" / "files.conf"],
        env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"},
    )
    try:
        _until_ready()
        device = f"file:{Queue.printed}"
        subprocess.run(
            ["lpadmin", "-h", SOCKET, "-p", NAME, "-E", "-v", device, "-P", FOLDER / "laser.ppd"],
            check=True,
            capture_output=True,
        )
        yield Queue()
    finally:
        daemon.terminate()
        daemon.wait(10)
        shutil.rmtree(FOLDER, ignore_errors=True)


def _until_ready() -> None:
    for _ in range(100):
        asked = subprocess.run(["lpstat", "-h", SOCKET, "-r"], capture_output=True, check=False)
        if b"is running" in asked.stdout:
            return
        time.sleep(0.1)
    raise AssertionError("cupsd did not start")
