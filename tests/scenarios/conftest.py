"""The windows' own fixtures serve the scenarios too."""

from tests.desktop.conftest import (
    no_dialog_waits_for_ever,
    nothing_left_over,
    settings,
    theme,
)

__all__ = ["no_dialog_waits_for_ever", "nothing_left_over", "settings", "theme"]
