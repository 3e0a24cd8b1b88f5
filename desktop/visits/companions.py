"""同行: who of the roster came along on a visit, typed by name."""

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QFocusEvent

from db.kernel.ids import Id
from db.kernel.pinyin import search_key
from db.people.roster import called
from desktop.page import Context
from desktop.widgets.entries import EntryField, complete_words, parted


class CompanionsField(EntryField):
    """Names of the roster, completed from it; the value is their ids.

    Who shares a name with others is called with the community: 李强（第一社区）.
    """

    def __init__(self, context: Context) -> None:
        super().__init__("同行", self._ids)
        self._context = context
        # None until it was read; a post may have nobody on its roster.
        self._called: Mapping[str, Id] | None = None
        self.setPlaceholderText("一起去的联户长，没有就空着")

    def ask(self) -> None:
        """Read who is on the roster."""
        day = self._context.today
        self._context.background.ask(self, lambda c: _spelt(called(c, day)), self.knows)

    def knows(self, by_name: Mapping[str, Id]) -> None:
        """Take these for the people of the roster."""
        if by_name != self._called:
            self._called = by_name
            complete_words(self, tuple(by_name))

    def words(self, people: Sequence[Id]) -> str:
        """Return people as they are typed; those no longer on the roster are left out."""
        names = {id_: name for name, id_ in (self._called or {}).items()}
        return "、".join(names[id_] for id_ in people if id_ in names)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Read the roster again: somebody may have been added meanwhile."""
        super().focusInEvent(event)
        self.ask()

    def _ids(self, text: str) -> tuple[Id, ...]:
        found, known = [], self._called
        if text and known is None:
            self.ask()
            raise ValueError("正在读队伍的名册，请再按一次")
        for name in parted(text):
            if known and name in known:
                found.append(known[name])
                continue
            alike = [one for one in known or () if one.startswith(f"{name}（")]
            if alike:
                raise ValueError(f"有{len(alike)}位“{name}”，请写成：{'、'.join(alike[:4])}")
            raise ValueError(f"队伍里没有“{name}”，请先在“队伍、人员”里加上")
        return tuple(dict.fromkeys(found))


def _spelt(by_name: Mapping[str, Id]) -> Mapping[str, Id]:
    """Spell the names in the background, so that the first key need not wait."""
    for name in by_name:
        search_key((name,))
    return by_name
