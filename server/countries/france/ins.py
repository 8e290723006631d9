"""How sure an identity is, in the words of the national frame (INS): four states, two facts.

An identity is retrieved when the national teleservice gave it, validated when a paper of high trust
was compared with the person. Nothing here retrieves: until the teleservice is asked, an identity is
provisional or validated, never qualified. Source: `product.md` §5.2 (INS), domain words.
"""

from enum import StrEnum


class IdentityState(StrEnum):
    """The four states; only a qualified identity may be referenced by its INS."""

    PROVISIONAL = "PROVISIONAL"
    RETRIEVED = "RETRIEVED"
    VALIDATED = "VALIDATED"
    QUALIFIED = "QUALIFIED"


PROOFS = ("ID_CARD", "PASSPORT", "RESIDENCE_PERMIT", "BIRTH_CERTIFICATE")
"""Papers of high trust; a Vitale card is none."""


def identity_state(*, retrieved: bool, proof: str) -> IdentityState:
    """Give the state of an identity from where it came and which paper was seen."""
    if retrieved:
        return IdentityState.QUALIFIED if proof else IdentityState.RETRIEVED
    return IdentityState.VALIDATED if proof else IdentityState.PROVISIONAL
