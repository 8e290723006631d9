"""Magic patients: people whose number alone brings the refusal that an insurer's books would.

`magic.csv` holds those that are always there (invented numbers, order numbers 990 to 998); others
come by the admin door.
"""

from collections.abc import Mapping

from server.simulators.mycarenet.case import Spell
from server.simulators.mycarenet.insurers import rows
from server.simulators.mycarenet.mailbox import Mailbox


def spells(mailbox: Mailbox) -> Mapping[str, tuple[Spell, ...]]:
    """Every spell by patient."""
    found: dict[str, tuple[Spell, ...]] = {}
    always = [
        Spell(row["niss"], row["code"], row["record"], row["acts"]) for row in rows("magic.csv")
    ]
    for spell in (*always, *mailbox.spells()):
        found[spell.niss] = (*found.get(spell.niss, ()), spell)
    return found
