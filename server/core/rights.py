"""The closed list of what a user may be allowed to do (`reliability-security.md` §7).

A role gives most of it; the main user's flag gives the rest. Services ask for a right by name; no
screen and no command can go round them.
"""

from enum import StrEnum


class Right(StrEnum):
    """One thing a user may do; the value is what the journal keeps."""

    PATIENTS = "patients"  # identity, mutuality, rights, agenda
    CLINICAL = "clinical"  # prescriptions, series, sessions as care
    BILLING = "billing"  # prices, lots, sending, refusals
    PAYMENTS = "payments"  # money received and matched
    AMOUNTS = "amounts"  # sums, without anybody's name or care
    SETTINGS = "settings"  # the practice's own data and choices
    SECURITY = "security"  # keys, copies brought back, words against a doubt
    USERS = "users"  # who may log in, and what each may do
    JOURNAL = "journal"  # who did and saw what
    EXPORT = "export"  # taking everything away
