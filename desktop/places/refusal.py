"""A mistake is told where it was made; what is no mistake of the person's is the window's to tell."""

from collections.abc import Callable

from db.kernel.errors import UserError
from desktop.page import Context


def refused(context: Context, say: Callable[[str], object]) -> Callable[[Exception], None]:
    """Return what hands the sentence of a person's mistake to `say`, and the rest to the window."""

    def failed(error: Exception) -> None:
        if isinstance(error, UserError):
            say(str(error))
        else:
            context.background.failed.emit(error)

    return failed
