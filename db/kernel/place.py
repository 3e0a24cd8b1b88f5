"""The names of a ledger's files within its folder."""

from dataclasses import dataclass
from pathlib import Path

from db.kernel.files import can_write

BLOBS = "blobs"
ERASED = "erased.json"
# Where one of these is, there was a ledger once.
LEFT_BEHIND = ("backups/*/manifest.json", "damaged-*", "replaced-*")


@dataclass(frozen=True)
class Place:
    """Where a ledger's files lie: one folder.

    Of a copy that is looked at only the encrypted file is there; all else is its ledger's, at `home`.
    """

    folder: Path
    home: Path | None = None

    @property
    def root(self) -> Path:
        """The ledger's own folder, also of a copy that is looked at."""
        return self.home or self.folder

    @property
    def ledger(self) -> Path:
        """The encrypted file."""
        return self.folder / "ledger.db"

    @property
    def making(self) -> Path:
        """The encrypted file while a new ledger is made."""
        return self.folder / "ledger.part"

    @property
    def half_made(self) -> bool:
        """Whether a making was cut short here before there was a ledger, as by a power cut in the first run."""
        return (
            self.slots.exists()
            and self.making.exists()
            and not (self.ledger.exists() or self.ledger.is_symlink())
            and not any(any(self.folder.glob(name)) for name in LEFT_BEHIND)
        )

    @property
    def read_only(self) -> bool:
        """Whether the ledger lies where it can only be looked at, as on a medium that takes no writing."""
        return self.ledger.exists() and not can_write(self.folder, self.ledger)

    @property
    def slots(self) -> Path:
        """The key slots."""
        return self.root / "slots.json"

    @property
    def anchor(self) -> Path:
        """What is remembered of the journal outside the file; a copy looked at has none."""
        return self.folder / "anchor"

    @property
    def throttle(self) -> Path:
        """The count of failed log-ins."""
        return self.root / "throttle.json"

    @property
    def blobs(self) -> Path:
        """The sealed contents of attachments."""
        return self.root / BLOBS

    @property
    def erased(self) -> Path:
        """The list of what was erased, by ids."""
        return self.root / ERASED

    @property
    def backups(self) -> Path:
        """The automatic backups."""
        return self.root / "backups"
