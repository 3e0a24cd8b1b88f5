"""The ledger's schema through time: frozen steps, one transaction each, apart from the tables.

Alembic's own table in the file is the only schema version. A step never imports a feature: it
says what the tables were on its day.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from db.kernel.errors import LedgerDamaged, UserError

VERSIONS = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012",
    "0013", "0014", "0015", "0016", "0017", "0018", "0019",
)  # fmt: skip
LATEST = VERSIONS[-1]


def version_of(connection: Connection) -> str | None:
    """Return the schema version of an open ledger, None for one with no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None


def needs_upgrade(connection: Connection) -> bool:
    """Tell whether the ledger is older than this program; UserError if it is newer."""
    version = version_of(connection)
    if version is None:
        raise LedgerDamaged(
            "这个文件里没有台账的表，可能不是完整的台账。没有改动它，请从备份恢复。"
        )
    if version not in VERSIONS:
        raise UserError("这个台账是用更新的程序建的，请升级本程序后再打开。台账没有改动。")
    return version != LATEST


def upgrade(engine: Engine, target: str = LATEST) -> None:
    """Bring a ledger to a version; `engine` has foreign keys off, they are checked afterwards.

    LedgerDamaged if rows refer to nothing after a step; nothing of that step is kept.
    """
    from alembic import command  # noqa: PLC0415  slow to load, needed only here
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, target)
        if connection.execute(text("PRAGMA foreign_key_check")).first():
            raise LedgerDamaged("升级台账时发现数据前后对不上，没有升级，台账还是原样。")
