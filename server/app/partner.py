"""The address a practice sends to: a simulator's is taken by a demo practice only."""

from ipaddress import ip_address

from server.core.errors import InvalidValue
from sync.transports.endpoint import Endpoint


def partner_of(url: str, *, demo: bool) -> Endpoint | None:
    """Read the address to send to, None when there is none.

    Raises `InvalidValue` when it is none, or when it leads to this very machine and the practice
    is real: only fabricated files may go to a simulator, whatever it pretends to be.
    """
    if not url:
        return None
    endpoint = Endpoint.parse(url)
    if not demo and (not endpoint.tls or _on_this_machine(endpoint.host)):
        raise InvalidValue(field="endpoint", reason="simulator_refused")
    return endpoint


def _on_this_machine(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        name = host.rstrip(".").lower()
        return name == "localhost" or name.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)
