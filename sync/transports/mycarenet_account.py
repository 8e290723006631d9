"""For whom, with which program and where one speaks to MyCareNet (`be-mycarenet.md` §4)."""

from dataclasses import dataclass, field

from sync.transports.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Account:
    """One care provider on one channel: one endpoint, one mailbox."""

    endpoint: Endpoint
    nihii: str  # eleven digits
    test: bool  # IsTest: true on acceptance and on the simulator, never in production
    package: str  # registered name of the program; the licence is bound to it
    licence_user: str
    licence_password: str = field(repr=False)
    quality: str = "physiotherapist"
    message_name: str = "HCPFAC"  # of what is posted
    mailbox_names: tuple[str, ...] = ("HCPFAC", "HCPAFD", "HCPVWR")  # of what is fetched
