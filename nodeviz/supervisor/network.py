"""Can the address be used, and does a server answer there?"""

from __future__ import annotations

import asyncio
import errno
import socket


class AddressUnusable(Exception):
    """The sentence for the person who chose it."""


def check_address(host: str, port: int) -> None:
    """Raises AddressUnusable, with a sentence, unless a server could listen there now."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise AddressUnusable(f"There is no address {host!r} on this machine.") from error
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the server does: a connection that ended a moment ago is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen()
        except OSError as error:
            raise AddressUnusable(_sentence(host, port, error)) from error


def listening_socket(host: str, port: int) -> socket.socket:
    """Raises AddressUnusable."""
    check_address(host, port)
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
        made.listen(2048)
    except OSError as error:
        made.close()
        raise AddressUnusable(_sentence(host, port, error)) from error
    return made


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return f"Port {port} is taken by another program; choose another one, for example: ./run --port {other}"
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the administrator; choose one from 1024 on, for example: ./run --port 8000"
    return f"Nothing can listen on {host} port {port}: {error.strerror}."


def free_port() -> int:
    """One of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def http_status(host: str, port: int, path: str) -> int:
    """Of a GET request, within a second; 0 if nothing answers."""
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                words = (await reader.readline()).split()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return 0
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
