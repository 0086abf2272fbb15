"""How long may something take, by what the spec says? The arithmetic behind the advice. Pure."""

from __future__ import annotations

import re

from simulator.pod import Container, Handler, HandlerKind, Probe

_SLEEP = re.compile(r"\bsleep\s+(\d+)")
_SHELLS = ("sh", "bash", "ash", "dash", "zsh")
_ENDLESS = re.compile(r"tail\s+(-\w*\s+)*-\w*[fF]|sleep\s+(inf|infinity)\b|while\s+(true|:)\s*;?")
KNOWN_HELPERS = re.compile(
    r"istio-proxy|proxyv2|linkerd-proxy|envoy|cloud-?sql-?proxy|vault-agent|fluent-?(bit|d)|filebeat|promtail|vector|datadog-agent|log-?ship|otel|collector"
    r"|oauth2-proxy|gcs-?fuse|wait-for-exit",
    re.IGNORECASE,
)
"""Programs that run beside a Job's own and never end by themselves."""


def script_of(container: Container) -> str:
    """The script that a shell runs as PID 1; empty without one."""
    argv = (*container.command, *container.args)
    if len(argv) >= 3 and argv[0].rsplit("/", 1)[-1] in _SHELLS and argv[1].startswith("-") and "c" in argv[1]:
        return argv[2]
    return ""


def never_ends(container: Container) -> bool:
    """Does it look as if this container ran for ever: by its script, or because it is a known helper?"""
    argv = " ".join((*container.command, *container.args))
    return bool(_ENDLESS.search(argv) or KNOWN_HELPERS.search(f"{container.name} {container.image}"))


def handler_seconds(handler: Handler | None) -> int:
    """What a hook takes at least: its sleep, or the sleeps that its command spells out."""
    if handler is None:
        return 0
    if handler.kind is HandlerKind.SLEEP:
        return handler.seconds
    return sum(int(found) for found in _SLEEP.findall(" ".join(handler.command)))


def startup_seconds(container: Container) -> int:
    """How long whatever comes after a sidecar may have to wait for it at least: its postStart hook, then its startup probe's first try."""
    probe = container.startup_probe
    return handler_seconds(container.post_start) + (probe.initial_delay_seconds if probe else 0)


def budget_seconds(probe: Probe) -> int:
    """From the start of the container to the last failure that a probe forgives, if it never succeeds."""
    return probe.initial_delay_seconds + probe.period_seconds * probe.failure_threshold
