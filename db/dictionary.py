"""The data dictionary: every entry that tells of a person, why it is kept and for how long.

It is read from the declarations of the drafts, so it cannot say anything else than the forms do.
"""

from typing import Any, Final, NamedTuple

from db.disputes import DisputeDraft
from db.disputes.agreeing import AgreementDraft, AnswerDraft
from db.disputes.life import ConclusionDraft, FollowUpDraft, ReopeningDraft
from db.disputes.parties import PartyDraft
from db.disputes.registering import RegistrationDraft
from db.disputes.steps import ClosingDraft, ExtensionDraft, SessionDraft
from db.kernel.fields import Keep, fields_of
from db.people import VolunteerDraft
from db.people.colleagues import StaffDraft
from db.places import HouseholdDraft
from db.points.entries import EntryDraft
from db.reviews import ReviewDraft
from db.rewards import RewardDraft
from db.trainings import AttendanceDraft, TrainingDraft
from db.visits import VisitDraft

DRAFTS: Final[tuple[tuple[str, Any], ...]] = (
    ("住户", HouseholdDraft), ("走访", VisitDraft), ("队伍人员", VolunteerDraft),
    ("工作人员", StaffDraft), ("培训", TrainingDraft), ("参训名单", AttendanceDraft),
    ("纠纷登记", DisputeDraft), ("纠纷登记", RegistrationDraft), ("纠纷当事人", PartyDraft),
    ("调解记录", SessionDraft), ("延期", ExtensionDraft), ("协议", AgreementDraft),
    ("移送答复", AnswerDraft), ("调解结果", ConclusionDraft),
    ("回访", FollowUpDraft), ("重新受理", ReopeningDraft),
    ("结案", ClosingDraft), ("手工积分", EntryDraft), ("奖励", RewardDraft), ("考评", ReviewDraft),
)  # fmt: skip
# What is kept without an entry of a form.
_PHOTOGRAPHS: Final = ("纠纷附件", "照片、PDF、录音", "随卷宗保存的材料")


class Entry(NamedTuple):
    """A line of the dictionary; entries of one noun with one purpose and keeping time stand together."""

    noun: str
    labels: tuple[str, ...]
    purpose: str
    keep: str


def dictionary() -> list[Entry]:
    """Return the data dictionary in the order of the forms."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for noun, draft in DRAFTS:
        for field in fields_of(draft).values():
            if field.purpose:
                keep = field.keep.words if isinstance(field.keep, Keep) else ""
                labels = found.setdefault((noun, field.purpose, keep), [])
                if field.label not in labels:
                    labels.append(field.label)
    lines = [Entry(noun, tuple(of), why, keep) for (noun, why, keep), of in found.items()]
    settled = next(
        line.keep for line in lines if line.noun == "纠纷登记" and line.purpose == "调解文书"
    )
    noun, label, why = _PHOTOGRAPHS
    return [*lines, Entry(noun, (label,), why, settled)]
