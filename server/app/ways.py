"""The ways out of a country: which streams of the outbox leave, the partners at their ends.

What comes back is read by the country's own intake: that of France needs the component, which alone
translates what payers write.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.core import online, teletransmission
from server.core.clock import Clock
from server.core.country import Country
from server.core.mandates import Service
from server.store import practice as practices
from sync.outbound import Connect
from sync.ports import Intake, Mailbox, Transport
from sync.transports.endpoint import Endpoint

if TYPE_CHECKING:
    from server.core.sesam import SesamDriver
    from server.services.cabinet import Cabinet
    from sync.mailbox import Door
    from sync.transports.mycarenet import MyCareNet
    from sync.transports.smtp_line import SmtpDoor

_PACKAGE = "Besace"


@dataclass(frozen=True, slots=True)
class Way:
    """What travels from a practice: what makes its partner, and the box of its answers.

    One that is both is made once: `box` is then the very `partner`.
    """

    stream: str
    doors: Sequence[tuple[str, int]]  # hosts and ports that are called
    partner: Callable[[], Transport]
    box: Callable[[], Mailbox] | None = None  # where answers wait to be fetched, if anywhere
    service: Service | None = None  # the mandate that who sends must hold; None: none is asked for


@dataclass(frozen=True, slots=True)
class MailRoute:
    """Where files of France are handed over, where their answers are fetched, as whom."""

    out: "SmtpDoor"
    box: "Door"
    account: str  # our own address, and the name of the box
    password: str


def ways_of(
    cabinet: "Cabinet", clock: Clock, endpoint: Endpoint, connect: Connect,
    mail: MailRoute | None = None,
) -> Sequence[Way]:  # fmt: skip
    """Give the ways out of the open practice; `mail` is that of télétransmission, None without."""
    doors = [(endpoint.host, endpoint.port)]
    if cabinet.desk().country is not Country.FRANCE:

        def hub() -> "MyCareNet":
            return my_care_net(cabinet, clock, endpoint, connect)

        return [Way("efact", doors, hub, hub, Service.EFACT)]
    services = Way(online.STREAM, doors, lambda: _sesam_online(cabinet, clock, endpoint, connect))
    return [services] if mail is None else [services, _by_mail(mail, clock, connect)]


def intake_of(cabinet: "Cabinet", component: "SesamDriver | None") -> Intake:
    """Give who reads the post of the open practice."""
    if cabinet.desk().country is Country.FRANCE and component is not None:
        from server.services.french_intake import FrenchIntake

        return FrenchIntake(cabinet.desk, component.translate)
    from server.services.returns import PracticeIntake

    return PracticeIntake(cabinet.desk)


def my_care_net(
    cabinet: "Cabinet", clock: Clock, endpoint: Endpoint, connect: Connect
) -> "MyCareNet":
    """Make the transport at its first use: zeep is heavy and the first page does not need it."""
    from sync.circuit import Circuit
    from sync.transports.mycarenet import MyCareNet
    from sync.transports.mycarenet_account import Account
    from sync.transports.unsigned import UnsignedSession

    desk = cabinet.desk()
    holder = practices.practitioners(desk.db)[0]
    number = (desk.practice.third_party_number or holder.number)[-11:]
    test = practices.setting(desk.db, "efact.mode", "test") == "test"
    account = Account(endpoint, number, test, _PACKAGE, _PACKAGE, "")
    return MyCareNet(
        account, UnsignedSession(), clock, Circuit(), connect=connect, hear=cabinet.hear_time
    )


def _sesam_online(
    cabinet: "Cabinet", clock: Clock, endpoint: Endpoint, connect: Connect
) -> Transport:
    from sync.circuit import Circuit
    from sync.transports.sesam import SesamOnline

    demo = cabinet.desk().practice.demo
    return SesamOnline(
        endpoint, clock, Circuit(), demo=demo, connect=connect, hear=cabinet.hear_time
    )


def _by_mail(mail: MailRoute, clock: Clock, connect: Connect) -> Way:
    def partner() -> Transport:
        from sync.circuit import Circuit
        from sync.transports.sesam_mail import SesamMail

        return SesamMail(mail.out, mail.account, clock, Circuit(), connect=connect)

    def box() -> Mailbox:
        from sync.sesam_mailbox import SesamMailbox

        return SesamMailbox(mail.box, mail.account, mail.password, mail.account, connect=connect)

    doors = [(mail.out.host, mail.out.port), (mail.box.host, mail.box.port)]
    return Way(teletransmission.STREAM, doors, partner, box)
