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
_LINUX_SIGNALS = tuple(
    """SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT
    SIGRTMAX SIGRTMAX-1 SIGRTMAX-10 SIGRTMAX-11 SIGRTMAX-12 SIGRTMAX-13 SIGRTMAX-14 SIGRTMAX-2 SIGRTMAX-3 SIGRTMAX-4 SIGRTMAX-5 SIGRTMAX-6 SIGRTMAX-7 SIGRTMAX-8 SIGRTMAX-9
    SIGRTMIN SIGRTMIN+1 SIGRTMIN+10 SIGRTMIN+11 SIGRTMIN+12 SIGRTMIN+13 SIGRTMIN+14 SIGRTMIN+15 SIGRTMIN+2 SIGRTMIN+3 SIGRTMIN+4 SIGRTMIN+5 SIGRTMIN+6 SIGRTMIN+7 SIGRTMIN+8 SIGRTMIN+9
    SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ""".split()
)
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
