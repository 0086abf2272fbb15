"""Are a container's ports ones that the API server accepts? Rules 41 to 45."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.hooks import PORT_RANGE
from simulator.manifest.validation.messages import duplicate, invalid, not_supported, required
from simulator.manifest.validation.names import port_name_messages

Fields = dict[str, Any]


def port_list_findings(container: Fields, path: Path) -> Iterator[Finding]:
    """One container's `ports`."""
    names: set[str] = set()
    for index, port in enumerate(container.get("ports", ())):
        here = (*path, "ports", index)
        name, number, host_port = port.get("name", ""), port.get("containerPort", 0), port.get("hostPort", 0)
        if name:
            problems = [invalid((*here, "name"), name, message) for message in port_name_messages(name)]
            yield from problems
            if not problems and name in names:
                yield duplicate((*here, "name"), name)
            names.add(name)
        if number == 0:
            yield required((*here, "containerPort"))
        elif not 1 <= number <= 65535:
            yield invalid((*here, "containerPort"), number, PORT_RANGE)
        if host_port and not 1 <= host_port <= 65535:
            yield invalid((*here, "hostPort"), host_port, PORT_RANGE)
        if port["protocol"] not in ("TCP", "UDP", "SCTP"):
            yield not_supported((*here, "protocol"), port["protocol"], ("SCTP", "TCP", "UDP"))


def host_port_findings(containers: list[Fields], path: Path, *, host_network: bool) -> Iterator[Finding]:
    """Host ports of all mains together: each once, and under hostNetwork equal to the container's."""
    taken: set[str] = set()
    for index, container in enumerate(containers):
        for number, port in enumerate(container.get("ports", ())):
            host_port = port.get("hostPort", 0)
            if not host_port:
                continue
            here = (*path, index, "ports", number, "hostPort")
            claim = f"{port['protocol']}/{port.get('hostIP', '')}/{host_port}"
            if claim in taken:
                yield duplicate(here, claim)
            taken.add(claim)
            if host_network and host_port != port.get("containerPort"):
                yield invalid(here, host_port, "must match `containerPort` when `hostNetwork` is true")
