"""The family of our errors: a code the catalogue turns into a sentence, and the facts that fill it.

KineError
├── InvalidNumber        an identifier is not what its official rule says
├── InvalidValue         something typed or received cannot be used (field, reason)
├── InvalidForm          a form cannot be kept; carries every fault, tied to its field
├── FieldOverflow        a value does not fit its zone; nothing is ever truncated
├── NotFound             an id that is not in this practice
├── StateConflict        the thing is no longer in the state this act needs
├── Forbidden            the user has no right to do this
├── OtherCountry         the practice is not of the country this is for
├── ProofNeeded          the passphrase was typed too long ago for what is asked
├── Locked               the practice is closed or locked
├── WrongKey             passphrase, recovery code or key file does not open the practice
├── DamagedPractice      the file is not a practice, or is damaged
├── NewerPractice        the file was written by a newer program
├── DiskRefused          the disk is full, read-only, failing or gone; nothing half was written
├── OlderPractice        the file is older than what was last seen of this practice
├── BackupFailed         a copy of the practice could not be made or brought back
├── SendingHeld          nothing may leave for who is at work: no mandate, or another's card
├── SealRefused          a lot failed its check; carries the faults
├── ReferenceRefused     a table cannot be imported; carries the rows at fault
├── TableRefused         a file of conventions cannot be taken; the one in use stays
└── Missing              the environment lacks something; says what
"""

from typing import ClassVar


class KineError(Exception):
    """Base of all our errors. Its `str()` is the code alone, so a log cannot leak a patient."""

    code: ClassVar[str] = "error"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts


class InvalidNumber(KineError):
    """An identifier does not have its official shape or check digits."""

    code = "number.invalid"


class InvalidValue(KineError):
    """A value typed or received cannot be used; facts: `field`, `reason`."""

    code = "value.invalid"


class InvalidForm(KineError):
    """A form cannot be kept; facts: `faults`, a tuple of (field, reason)."""

    code = "form.invalid"


class FieldOverflow(KineError):
    """A value does not fit its zone; facts: `layout`, `field`, `width`."""

    code = "field.overflow"


class NotFound(KineError):
    """No such thing in this practice; facts: `kind`."""

    code = "not.found"


class StateConflict(KineError):
    """The thing is not in the state this act needs; facts: `kind`, `state`, `wanted`."""

    code = "state.conflict"


class Forbidden(KineError):
    """The user may not do this; facts: `right`."""

    code = "right.missing"


class OtherCountry(KineError):
    """What is asked is not done in the country of this practice; facts: `country`, its own."""

    code = "country.other"


class ProofNeeded(KineError):
    """What is asked needs a passphrase typed minutes ago, and it was typed earlier."""

    code = "proof.needed"


class Locked(KineError):
    """The practice is closed or locked."""

    code = "practice.locked"


class WrongKey(KineError):
    """What was typed does not open this practice."""

    code = "key.wrong"


class DamagedPractice(KineError):
    """The file is not a practice, or is damaged; facts: `reason`."""

    code = "practice.damaged"


class NewerPractice(KineError):
    """The file was written by a newer program; facts: `found`, `known`."""

    code = "practice.newer"


class DiskRefused(KineError):
    """The disk did not take it, and nothing half was kept.

    Facts: `reason`, one of "full", "read_only", "failing", "gone", or "unsure": then the whole of
    it may still be found at the next opening.
    """

    code = "disk.refused"


class OlderPractice(KineError):
    """An older copy lies in the place of the practice file; facts: `known`, an instant, ISO."""

    code = "practice.older"


class BackupFailed(KineError):
    """A copy could not be made or brought back, nothing was changed; facts: `reason`, `place`."""

    code = "backup.failed"


class SendingHeld(KineError):
    """Nothing may leave for who is at work; what is done offline is not concerned.

    Facts: `reason`: "mandate", with `service`; or "card", with `name` of whose card is in.
    """

    code = "sending.held"


class SealRefused(KineError):
    """A lot failed its check and was not sealed; facts: `faults`, a tuple of faults."""

    code = "lot.seal_refused"


class ReferenceRefused(KineError):
    """A table cannot be imported; facts: `rows`, a tuple of (line number, reason)."""

    code = "reference.refused"


class TableRefused(KineError):
    """A file of conventions cannot be taken, and the table in use stays.

    Facts: `reason`; and what its sentence needs: `name`, `proposed`, `line`, `found`, `day`.
    """

    code = "table.refused"


class Missing(KineError):
    """The environment lacks something; facts: `what`."""

    code = "environment.missing"
