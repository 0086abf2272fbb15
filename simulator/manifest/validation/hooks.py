"""Are a container's probes and lifecycle hooks ones that the API server accepts?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.messages import forbidden, invalid, not_supported, required
from simulator.manifest.validation.names import port_name_messages
from simulator.versions import Version

Fields = dict[str, Any]
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_PROBE_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_HOOK_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")
_COUNTS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
PORT_RANGE = "must be between 1 and 65535, inclusive"
_PLAIN_SIGNALS = (
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT",
    "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
)  # fmt: skip
_REAL_TIME = (*(f"RTMIN+{n}" for n in range(1, 16)), *(f"RTMAX-{n}" for n in range(1, 15)))
_LINUX_SIGNALS = tuple(sorted(f"SIG{name}" for name in (*_PLAIN_SIGNALS, *_REAL_TIME)))
_SIGNALS = {"linux": _LINUX_SIGNALS, "windows": ("SIGKILL", "SIGTERM")}


def probe_findings(container: Fields, path: Path) -> Iterator[Finding]:
    """Rules 26 to 36, for all three probes."""
    for name in PROBES:
        if name in container:
            yield from _probe(container[name], name, (*path, name))


def _probe(probe: Fields, name: str, path: Path) -> Iterator[Finding]:
    yield from _handler(probe, _PROBE_HANDLERS, path)
    for count in _COUNTS:
        if probe[count] < 0:
            yield invalid((*path, count), probe[count], "must be greater than or equal to 0")
    if name != "readinessProbe" and probe["successThreshold"] != 1:
        yield invalid((*path, "successThreshold"), probe["successThreshold"], "must be 1")
    grace = probe.get("terminationGracePeriodSeconds")
    if grace is not None and name == "readinessProbe":
        yield invalid((*path, "terminationGracePeriodSeconds"), grace, "must not be set for readinessProbes")
    elif grace is not None and grace <= 0:
        yield invalid((*path, "terminationGracePeriodSeconds"), grace, "must be greater than 0")


def _handler(holder: Fields, kinds: tuple[str, ...], path: Path) -> Iterator[Finding]:
    """Exactly one handler, and that one complete; rules 26 to 31 and 37."""
    named = [kind for kind in kinds if kind in holder]
    if not named:
        yield required(path, "must specify a handler type", f"one of {', '.join(kinds)}")
    for kind in named[1:]:
        yield forbidden((*path, kind), "may not specify more than 1 handler type")
    if not named:
        return
    kind = named[0]
    body, here = holder[kind], (*path, kind)
    match kind:
        case "exec" if not body.get("command"):
            yield required((*here, "command"))
        case "httpGet":
            yield from port_findings(body.get("port", 0), (*here, "port"))
            if body["scheme"] not in ("HTTP", "HTTPS"):
                yield not_supported((*here, "scheme"), body["scheme"], ("HTTP", "HTTPS"))
        case "tcpSocket" | "grpc":
            yield from port_findings(body.get("port", 0), (*here, "port"))


def port_findings(port: int | str, path: Path) -> Iterator[Finding]:
    """A port by number or by name; rules 29 and 30."""
    if isinstance(port, int):
        if not 1 <= port <= 65535:
            yield invalid(path, port, PORT_RANGE)
        return
    for message in port_name_messages(port):
        yield invalid(path, port, message, "write a number without quotes" if port.isdigit() else "")


def lifecycle_findings(container: Fields, path: Path, *, grace: int, os_name: str, version: Version) -> Iterator[Finding]:
    """Rules 37 to 40."""
    lifecycle = container.get("lifecycle", {})
    for name in ("postStart", "preStop"):
        if name in lifecycle:
            here = (*path, "lifecycle", name)
            yield from _handler(lifecycle[name], _HOOK_HANDLERS, here)
            if "sleep" in lifecycle[name]:
                yield from _sleep(lifecycle[name]["sleep"].get("seconds", 0), (*here, "sleep"), grace, version)
    signal = lifecycle.get("stopSignal")
    if signal is not None:
        signal_path = (*path, "lifecycle", "stopSignal")
        if not os_name:
            yield forbidden(signal_path, "may not be set for containers with empty `spec.os.name`")
        elif signal not in _SIGNALS.get(os_name, _LINUX_SIGNALS):
            yield not_supported(signal_path, signal, _SIGNALS.get(os_name, _LINUX_SIGNALS))


def _sleep(seconds: int, path: Path, grace: int, version: Version) -> Iterator[Finding]:
    if version.on("PodLifecycleSleepActionAllowZero"):
        if not 0 <= seconds <= grace:
            yield invalid(path, seconds, f"must be non-negative and less than terminationGracePeriodSeconds ({grace})")
    elif not 0 < seconds <= grace:
        detail = f"must be greater than 0 and less than terminationGracePeriodSeconds ({grace})."
        yield invalid(path, seconds, f"{detail} Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.")
