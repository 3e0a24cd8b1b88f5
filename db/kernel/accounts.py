"""Accounts: who may log in, and as what. Passwords live in the key slots, never in the ledger."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.access import MATRIX, ROLE_NAMES, Right, Role
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx
from db.kernel.records import KEY, Record


class Account(Record):
    """A person who logs in; `until` is set when the account is closed.

    `home` names the site of an account that came in a package: the history says who it was, and
    it opens nothing here.
    """

    __tablename__ = "account"
    same_by = ()
    undoable = False
    asked = False

    user: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    home: Mapped[Id | None] = mapped_column(KEY)


class AccountLine(NamedTuple):
    """An account as lists show it."""

    id: Id
    user: str
    name: str
    role: Role
    since: date
    until: date | None

    @property
    def role_name(self) -> str:
        """The role in Chinese."""
        return ROLE_NAMES[self.role]


@dataclass(frozen=True)
class Session:
    """Who has unlocked the ledger."""

    account: Id
    user: str
    name: str
    role: Role


def accounts(connection: Connection) -> list[AccountLine]:
    """Return all accounts of this ledger in the order they were made."""
    columns = [getattr(Account, name) for name in AccountLine._fields]
    rows = connection.execute(select(*columns).where(Account.home.is_(None)).order_by(Account.id))
    return [AccountLine(r.id, r.user, r.name, Role(r.role), r.since, r.until) for r in rows]


def account_names(connection: Connection) -> dict[Id, str]:
    """Return the name of everybody the history may name, those of other sites too."""
    return {row.id: row.name for row in connection.execute(select(Account.id, Account.name))}


def is_alone(connection: Connection, account: Id | None) -> bool:
    """Tell whether no other open account of the post may write."""
    return not any(
        line.until is None and line.id != account and Right.WRITE in MATRIX[line.role]
        for line in accounts(connection)
    )


def session_of(connection: Connection, account: Id) -> Session:
    """Return who an account is; UserError if the ledger does not know it or it is closed."""
    mine = next((a for a in accounts(connection) if a.id == account and a.until is None), None)
    if mine is None:
        raise UserError("这个账号不在台账里，或者已经停用。请用别的账号登录。")
    return Session(mine.id, mine.user, mine.name, mine.role)


def require_free(connection: Connection, user: str) -> None:
    """Raise UserError if an account of the post, open or closed, has this log-in name."""
    taken = connection.execute(
        select(Account.id).where(Account.user == user, Account.home.is_(None))
    ).first()
    if taken:
        raise UserError(f"已经有叫“{user}”的账号，请换一个登录名。")


def add_account(id_: Id, user: str, name: str, role: Role) -> Command[Id]:
    """Return the command that adds an account; its key slot is the ledger's to write."""

    def run(tx: Tx) -> Id:
        require_free(tx.connection, user)
        row = {"id": id_, "user": user, "name": name, "role": role.value, "since": tx.today}
        tx.add(Account, [row])
        return id_

    return Command("新增账号", Right.ACCOUNTS, run)


def close_account(user: str) -> Command[Id]:
    """Return the command that closes an account; the last officer's stays."""

    def run(tx: Tx) -> Id:
        open_ones = [a for a in accounts(tx.connection) if a.until is None]
        target = next((a for a in open_ones if a.user == user), None)
        if target is None:
            raise UserError(f"没有叫“{user}”的账号。")
        officers = [a for a in open_ones if a.role is Role.OFFICER]
        if officers == [target]:
            raise UserError(
                "这是最后一个民警账号，停用后就没有人能管理台账了。请先新增一个民警账号。"
            )
        tx.change(Account, {target.id: {"until": tx.today}})
        return target.id

    return Command("停用账号", Right.ACCOUNTS, run)
