"""What the audit trail calls each act; one that has no words here is not recorded.

Each app adds its own acts and what they are about (docs/how-to/add-an-audit-action.md).
"""

from dataclasses import dataclass

from vms_portal.kernel.registry import Registry, Text, Words

# Who was here, which changes nothing: for the trail, not for a list of changes.
COMINGS_AND_GOINGS = (
    "person.signed_in",
    "person.signed_out",
    "person.session_ended",
    "person.sessions_ended",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What acts are about; ``for_everybody`` tells of them who reads no trail."""

    words: Text
    for_everybody: bool = False


# By what stands before the dot of an act.
SUBJECTS: Registry[Subject] = Registry()
ACTIONS = Words()


def words(action: str) -> str:
    """Return the action in words; one from a later release as it is."""
    return ACTIONS.told(action)
