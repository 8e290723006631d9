"""The closed list of what a user may be allowed to do (`reliability-security.md` §7).

A role gives most of it, the kiné behind the login and the main user's flag the rest; a person may
be granted a little more or lose a little of it. Services ask for a right by name; no screen and no
command can go round them.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from enum import StrEnum


class Right(StrEnum):
    """One thing a user may do; the value is what the journal keeps."""

    PATIENTS = "patients"  # identity, mutuality, rights, agenda
    CLINICAL = "clinical"  # prescriptions, series, sessions as care
    COLLEAGUES = "colleagues"  # the same of the patients another kiné treats
    BILLING = "billing"  # prices, lots, sending, refusals
    PAYMENTS = "payments"  # money received and matched
    AMOUNTS = "amounts"  # sums, without anybody's name or care
    SETTINGS = "settings"  # the practice's own data and choices
    SECURITY = "security"  # keys, copies brought back, words against a doubt
    USERS = "users"  # who may log in, and what each may do
    JOURNAL = "journal"  # who did and saw what
    EXPORT = "export"  # taking everything away


class Role(StrEnum):
    """The roles of `domain.md` §1.1."""

    MANDANT = "MANDANT"  # holds the practice, or shares in it
    MANDATAIRE = "MANDATAIRE"  # bills and sends for it
    STAFF = "STAFF"  # a kiné who treats his own patients, or else the administration
    VIEWER = "VIEWER"  # the accountant: sums alone


_OF_ROLE: Mapping[Role, frozenset[Right]] = {
    Role.MANDANT: frozenset({
        Right.PATIENTS, Right.CLINICAL, Right.COLLEAGUES, Right.BILLING, Right.PAYMENTS,
        Right.SETTINGS,
    }),
    Role.MANDATAIRE: frozenset({Right.PATIENTS, Right.BILLING, Right.PAYMENTS}),
    Role.STAFF: frozenset({Right.PATIENTS, Right.BILLING}),
    Role.VIEWER: frozenset({Right.AMOUNTS}),
}  # fmt: skip
_OF_A_COLLEAGUE = frozenset({Right.PATIENTS, Right.CLINICAL})  # STAFF with a kiné behind
_OF_THE_MAIN_USER = frozenset({Right.USERS, Right.SECURITY, Right.JOURNAL, Right.EXPORT})
_MAY_BE_MAIN = frozenset({Role.MANDANT, Role.STAFF})
_OF_A_KINE = frozenset({Right.CLINICAL, Right.COLLEAGUES})

GRANTED: Mapping[Role, frozenset[Right]] = {
    Role.MANDANT: frozenset(),
    Role.MANDATAIRE: frozenset({Right.CLINICAL, Right.COLLEAGUES, Right.SETTINGS}),
    Role.STAFF: frozenset({Right.COLLEAGUES, Right.BILLING, Right.PAYMENTS, Right.SETTINGS}),
    Role.VIEWER: frozenset(),
}
"""What a person may be granted beyond his role; nothing names anybody to a viewer."""

KEPT: Mapping[Role, frozenset[Right]] = {
    Role.MANDANT: frozenset({Right.PATIENTS, Right.CLINICAL}),
    Role.MANDATAIRE: frozenset({Right.PATIENTS, Right.BILLING}),  # SOFT33-20: he sends
    Role.STAFF: frozenset({Right.PATIENTS}),
    Role.VIEWER: frozenset({Right.AMOUNTS}),
}
"""What cannot be withdrawn from a role without making it another."""

ADJUSTED = (
    Right.PATIENTS, Right.CLINICAL, Right.COLLEAGUES, Right.BILLING, Right.PAYMENTS,
    Right.SETTINGS,
)  # fmt: skip
"""The rights looked at one by one for a person; the others follow from these or from the flag."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person's rights follow from."""

    role: Role
    linked: bool  # a kiné with a provider number stands behind the login
    main: bool = False
    granted: Set[Right] = frozenset()
    withdrawn: Set[Right] = frozenset()

    @property
    def usual(self) -> frozenset[Right]:
        """What the role alone gives, before anything was granted or withdrawn."""
        return replace(self, main=False, granted=frozenset(), withdrawn=frozenset()).rights

    @property
    def rights(self) -> frozenset[Right]:
        """Everything he may do while he is active.

        Who bills sees amounts; clinical content always needs a kiné behind the login.
        """
        colleague = self.role is Role.STAFF and self.linked
        held = _OF_A_COLLEAGUE if colleague else _OF_ROLE[self.role]
        held = held - self.withdrawn | self.granted
        if not self.linked:
            held -= _OF_A_KINE
        if Right.CLINICAL not in held:
            held -= {Right.COLLEAGUES}
        if Right.BILLING in held:
            held |= {Right.AMOUNTS}
        return held | _OF_THE_MAIN_USER if self.main and self.role in _MAY_BE_MAIN else held

    def adjusted(self, wanted: Set[Right]) -> "Standing":
        """Give the same person with exactly these of the rights looked at one by one."""
        usual = self.usual & {*ADJUSTED}
        return replace(self, granted=frozenset(wanted - usual), withdrawn=usual - wanted)

    def faults(self) -> Iterator[tuple[str, str]]:
        """Say what cannot be, as (field, reason): the main flag, the kiné, each right."""
        if self.main and self.role not in _MAY_BE_MAIN:
            yield "is_main", "not_of_role"
        if self.role is Role.MANDANT and not self.linked:
            yield "practitioner", "needed"
        if self.role is Role.VIEWER and self.linked:
            yield "practitioner", "not_of_role"
        for right in ADJUSTED:
            reason = self._why_not(right)
            if reason:
                yield f"right-{right}", reason

    def _why_not(self, right: Right) -> str:
        if right in self.withdrawn and right in KEPT[self.role]:
            return "kept"
        if right not in self.granted:
            return ""
        if right not in GRANTED[self.role]:
            return "not_of_role"
        return "needs_kine" if right in _OF_A_KINE and not self.linked else ""
