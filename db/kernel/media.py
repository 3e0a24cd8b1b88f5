"""Where a ledger may lie: on a disk of this machine, in no folder that a program swaps behind its back.

Source: docs/RELIABILITY.md. What the system cannot tell is let pass.
"""

import ctypes
import sys
from pathlib import Path
from typing import Final

from db.kernel.errors import UserError
from db.kernel.files import nearest_existing

# fmt: off
_NETWORK_SYSTEMS: Final = frozenset({
    "9pnet", "afpfs", "afs", "ceph", "cifs", "coda", "davfs", "davfs2", "glusterfs", "lustre",
    "ncpfs", "nfs", "nfs4", "smb", "smb2", "smb3", "smb3fs", "smbfs", "sshfs", "webdav",
})
# Programs of this machine that happen to use FUSE; every other fuse.* is somebody else's storage.
_LOCAL_FUSE: Final = frozenset({
    "bindfs", "cryfs", "encfs", "exfat", "fuse-overlayfs", "gocryptfs", "lxcfs", "mergerfs",
    "ntfs", "ntfs-3g", "overlayfs",
})
_CLOUD_FOLDERS: Final = (
    "onedrive", "dropbox", "nutstore", "坚果云", "我的坚果云", "百度网盘", "百度云", "baidunetdisk",
    "baidusyncdisk", "阿里云盘", "天翼云盘", "微云", "wps云盘", "icloud", "google drive",
)
# fmt: on
_WINDOWS_REMOVABLE: Final = 2
_WINDOWS_REMOTE: Final = 4


def is_network_system(kind: str) -> bool:
    """Return whether a file system of this kind keeps its files on another machine."""
    kind = kind.lower()
    if kind.startswith("fuse."):
        return kind.removeprefix("fuse.") not in _LOCAL_FUSE
    return kind in _NETWORK_SYSTEMS


def _file_system(place: Path) -> str:
    import psutil  # noqa: PLC0415  slow to import

    try:
        mounts = psutil.disk_partitions(all=True)
    except (OSError, psutil.Error):
        return ""
    kind, longest = "", -1
    for mount in mounts:
        length = len(mount.mountpoint)
        # The last of equal mounts lies on top of the others.
        if length >= longest and place.is_relative_to(mount.mountpoint):
            kind, longest = mount.fstype, length
    return kind


def _windows_drive_kind(place: Path) -> int:
    if sys.platform == "win32":
        return int(ctypes.windll.kernel32.GetDriveTypeW(place.anchor))
    return 0


def check_place(folder: Path) -> None:
    """Raise UserError if a ledger must not lie here: network, cloud folder, removable drive.

    A network file system loses locks and a cloud client swaps files under an open ledger; either
    damages it sooner or later. Removable drives are told from fixed ones on Windows only.
    """
    place = nearest_existing(folder)
    whole = folder.resolve()
    for part in whole.parts:
        if part.lower().startswith(_CLOUD_FOLDERS):
            raise UserError(
                f"“{part}”是网盘同步的文件夹，台账放在这里会被同步软件弄坏，什么也没有改动。"
                "请放到本机硬盘的普通文件夹。"
            )
    drive = _windows_drive_kind(whole)
    if drive == _WINDOWS_REMOTE or is_network_system(_file_system(place)):
        raise UserError(
            "这个文件夹在网络盘上，台账放在这里会损坏，什么也没有改动。请放到本机硬盘。"
        )
    if drive == _WINDOWS_REMOVABLE:
        raise UserError(
            "这个文件夹在移动盘上，拔出时台账会损坏，什么也没有改动。"
            "请放到本机硬盘，移动盘只放备份。"
        )
