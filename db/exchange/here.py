"""What this copy is while a merge is planned."""

from collections.abc import Callable
from dataclasses import dataclass, field

from db.exchange.settling import Fields
from db.kernel.erasure import ERASED
from db.kernel.ids import Id


@dataclass(frozen=True)
class Here:
    """This copy: its id and the ids it had before, its next command, and what contents are called.

    `secret_of` gives the secret that one of our contents is sealed under, None if it is not known.
    """

    site: Id
    seq: int
    family: frozenset[Id]
    contents: dict[str, str] = field(default_factory=dict)
    secret_of: Callable[[str], str | None] = lambda _: None

    def as_it_lies(self, fields: Fields) -> Fields:
        """Let an attachment name its content as it is called and sealed here."""
        named, secret = fields.get("blob"), fields.get("secret")
        if not isinstance(named, str) or not isinstance(secret, str) or ERASED in (named, secret):
            return fields
        ours = self.contents.get(named, named)
        return {**fields, "blob": ours, "secret": self.secret_of(ours) or secret}
