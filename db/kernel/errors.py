"""The three kinds of error, told apart because each needs other words and another exit code.

Every message is one plain Chinese sentence for the person at the desk: what happened, that nothing
was lost, what to do. It never holds a personal value, so it may be logged.
"""


class PolicepostError(Exception):
    """Base of the errors that are told to a person as they stand."""


class UserError(PolicepostError):
    """The person can mend it: a wrong password, an unreadable workbook, a command not allowed."""


class AccessDenied(UserError):
    """The account's role may not give this command."""


class EnvironmentFault(PolicepostError):
    """The machine is at fault: a full disk, a damaged file, a missing library."""


class LedgerDamaged(EnvironmentFault):
    """The ledger's file or journal is not as it was left."""


class OutcomeUnknown(EnvironmentFault):
    """A commit failed after it may have reached the disk: look the command up, never repeat blindly."""
