"""The way out of a country: which stream of the outbox leaves, and the partner at its end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.core import online
from server.core.clock import Clock
from server.core.country import Country
from server.core.mandates import Service
from server.store import practice as practices
from sync.outbound import Connect
from sync.ports import Transport
from sync.transports.endpoint import Endpoint

if TYPE_CHECKING:
    from server.services.cabinet import Cabinet
    from sync.transports.mycarenet import MyCareNet

_PACKAGE = "Besace"
_Make = Callable[["Cabinet", Clock, Endpoint, Connect], Transport]


@dataclass(frozen=True, slots=True)
class Way:
    """What travels from a practice: `made` gives its partner, at the first use."""

    stream: str
    made: _Make
    mailbox: bool  # whether answers wait somewhere to be fetched
    service: Service | None  # the mandate that who sends must hold; None: none is asked for


def way_of(country: Country) -> Way:
    """Give the way out of a country."""
    return _FRANCE if country is Country.FRANCE else _BELGIUM


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


_BELGIUM = Way("efact", my_care_net, mailbox=True, service=Service.EFACT)
_FRANCE = Way(online.STREAM, _sesam_online, mailbox=False, service=None)
