"""Backups: made by the library's own copying, proved by opening them again, thinned out by age.

A backup is one folder, `0007-20260323-0800`, with the encrypted ledger, the key slots and a sealed
manifest. It is built under a `.partial` name and renamed when it is proved, so a folder without
that ending is a backup that was whole once (docs/RELIABILITY.md). Order is the folder's own
counter, never the clock.
"""

from db.backup.making import back_up
from db.backup.manifest import (
    BackupInfo,
    attachment_problems,
    file_problems,
    list_backups,
    newest,
    read_info,
    verify,
)
from db.backup.replacing import kept_aside, replace
from db.backup.restoring import RestoreInfo, restore
from db.backup.rotation import rotate
from db.backup.second import (
    BackupAges,
    SecondPlace,
    backup_ages,
    remember_second,
    second_place,
)
from db.backup.unpacking import Step, put_away, sweep, unpack_to_look

__all__ = [
    "BackupAges",
    "BackupInfo",
    "RestoreInfo",
    "SecondPlace",
    "Step",
    "attachment_problems",
    "back_up",
    "backup_ages",
    "file_problems",
    "kept_aside",
    "list_backups",
    "newest",
    "put_away",
    "read_info",
    "remember_second",
    "replace",
    "restore",
    "rotate",
    "second_place",
    "sweep",
    "unpack_to_look",
    "verify",
]
