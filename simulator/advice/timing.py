"""How long may something take, by what the spec says? The arithmetic behind the advice. Pure."""

from __future__ import annotations

import re

from simulator.pod import Container, Handler, HandlerKind, Probe

_SLEEP = re.compile(r"\bsleep\s+(\d+)")
_SHELLS = ("sh", "bash", "ash", "dash", "zsh")
_ENDLESS = re.compile(r"tail\s+(-\w*\s+)*-\w*[fF]|sleep\s+(inf|infinity)\b|while\s+(true|:)\s*;?")
_QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"")
_LAST = re.compile(r";|&&|\|\||\n")
_WITHOUT_HANDLER = ("sleep", "tail", "cat", "wait", "read", "tee")
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


def keeps_sigterm(script: str) -> bool:
    """Does PID 1 of this script have no handler for SIGTERM while its last command runs? False where the text alone does not tell.

    A shell runs a plain last command in its own place (bash, dash, busybox), so a program there is PID 1 itself and handles the signal as it pleases; sleep,
    tail and the like do not. Loops, pipes and parentheses keep the shell waiting, and it has a handler only by trap.
    """
    if "trap" in script or script.rstrip().endswith("&"):
        return False
    last = _LAST.split(_QUOTED.sub("q", script.strip().rstrip(";")))[-1].strip()
    words = [word for word in last.split() if "=" not in word and word != "exec"] or [""]
    return "|" in last or last.startswith("(") or words[-1] == "done" or words[0] in _WITHOUT_HANDLER


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
