"""Under which names do others find this machine?"""

from __future__ import annotations

import contextlib
import socket
from ipaddress import ip_address


def own_names() -> tuple[str, ...]:
    """The machine's name and its address in the local network, as far as it knows them."""
    names = [socket.gethostname().lower()]
    # No packet is sent: connecting a datagram socket only looks up which of our addresses would be used.
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        names.append(probe.getsockname()[0])
    return tuple(dict.fromkeys(names))


def is_loopback(host: str) -> bool:
    """Reachable from this machine alone. Without a port; an IPv6 address with or without its brackets."""
    try:
        return ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return host == "localhost"
