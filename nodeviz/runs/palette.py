"""Which colour, pattern and words does the page use for each state? The browser gets this table whole and spells none of it itself.

A *state key* is what `static/js/gantt/lenses.js` makes of the records: the API's own words where it has some (`waiting:REASON`, `terminated:REASON`),
else ours. A key without a line of its own gets the line of its first part (`waiting`), labelled with the reason.

The hues were found by search: every pair stays at least 23.9 CIE76 apart in normal, protan, deutan and tritan vision, and every colour has a contrast of at
least 3:1 with the page (WCAG 1.4.11). Sub-states differ by pattern and mark, never by hue alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


def _(label: str) -> str:
    """Marks what makemessages takes; whoever shows it translates it. The API's own words are not marked."""
    return label


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A hue, in the light and in the dark theme, and how much of the row's height its bars take."""

    label: str
    light: str
    dark: str
    height: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How one state looks and what it is called. `pattern` is a name of `static/js/gantt/patterns.js`; empty: plain."""

    family: str
    label: str = ""
    """Empty: the reason is the label."""
    pattern: str = ""
    trouble: bool = False
    """Listed among the problems of a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An instant on a row. `glyph` is a name of `static/js/gantt/glyphs.js`; without a family it has the colour of text."""

    label: str
    glyph: str
    family: str = ""
    trouble: bool = False


FAMILIES: Mapping[str, Family] = {
    "waiting": Family(label=_("Waiting"), light="#959299", dark="#A6A8AA", height=0.5),
    "pulling": Family(label=_("Pulling the image"), light="#22688A", dark="#4E84A8"),
    "starting": Family(label=_("Running, not ready"), light="#B87706", dark="#E8A714"),
    "ready": Family(label=_("Ready"), light="#22A967", dark="#74F1AF"),
    "terminating": Family(label=_("Terminating"), light="#763CB4", dark="#CD7AFA"),
    "completed": Family(label=_("Completed"), light="#002C5F", dark="#C2E1FE", height=0.25),
    "failed": Family(label=_("Failed"), light="#A1140F", dark="#F86953", height=0.25),
    "backoff": Family(label=_("Back-off or error, retried"), light="#771D40", dark="#A94E5F", height=0.5),
}
"""In the order of the legend, which is the order of a life."""

STATES: Mapping[str, State] = {
    # what a container waits for
    "waiting": State(family="waiting"),
    "waiting:PodInitializing": State(family="waiting", label=_("Waiting for its turn")),
    "waiting:ContainerCreating": State(family="waiting", label="ContainerCreating", pattern="dots"),
    "creating": State(family="waiting", label=_("Being created and started"), pattern="dots"),
    "pulling:queued": State(family="waiting", label=_("Waiting for a pull slot"), pattern="dashes"),
    "pulling": State(family="pulling", label=_("Pulling the image")),
    # what it waits for after an error
    "backoff": State(family="backoff", label=_("Back-off"), pattern="cross"),
    "backoff:crash-loop-back-off": State(family="backoff", label="CrashLoopBackOff", pattern="cross", trouble=True),
    "waiting:CrashLoopBackOff": State(family="backoff", label="CrashLoopBackOff", pattern="cross", trouble=True),
    "waiting:ImagePullBackOff": State(family="backoff", label="ImagePullBackOff", pattern="backslash", trouble=True),
    "waiting:ErrImagePull": State(family="backoff", label="ErrImagePull", pattern="backslash", trouble=True),
    "waiting:ErrImageNeverPull": State(family="backoff", label="ErrImageNeverPull", pattern="backslash", trouble=True),
    "waiting:InvalidImageName": State(family="backoff", label="InvalidImageName", pattern="backslash", trouble=True),
    "waiting:ImageInspectError": State(family="backoff", label="ImageInspectError", pattern="backslash", trouble=True),
    "waiting:RegistryUnavailable": State(family="backoff", label="RegistryUnavailable", pattern="backslash", trouble=True),
    "waiting:SignatureValidationFailed": State(family="backoff", label="SignatureValidationFailed", pattern="backslash", trouble=True),
    "waiting:CreateContainerConfigError": State(family="backoff", label="CreateContainerConfigError", pattern="dashes", trouble=True),
    "waiting:CreateContainerError": State(family="backoff", label="CreateContainerError", pattern="dashes", trouble=True),
    "waiting:RunContainerError": State(family="backoff", label="RunContainerError", pattern="dashes", trouble=True),
    "waiting:PostStartHookError": State(family="backoff", label="PostStartHookError", pattern="dashes", trouble=True),
    # its process is there
    "running": State(family="starting", label=_("Running")),
    "running:init": State(family="starting", label=_("Running (init container)")),
    "running:unreported": State(family="starting", label=_("Running, not yet reported by the kubelet"), pattern="dots"),
    "running:unseen": State(family="starting", label=_("Running, not yet seen by the PLEG"), pattern="dots"),
    "running:not-started": State(family="starting", label=_("Running, startup probe not yet passed"), pattern="slash"),
    "running:post-start": State(family="starting", label=_("Running its postStart hook"), pattern="plus"),
    "running:not-ready": State(family="starting", label=_("Running, not ready")),
    "running:ready": State(family="ready", label=_("Ready")),
    # its process is being ended
    "terminating": State(family="terminating", label=_("Terminating")),
    "terminating:pre-stop": State(family="terminating", label=_("Running its preStop hook"), pattern="plus"),
    "terminating:waiting": State(family="terminating", label=_("Running until it is its turn to stop"), pattern="slash"),
    "terminating:signalled": State(family="terminating", label=_("Stopping after SIGTERM")),
    "terminating:killed": State(family="terminating", label=_("Killed by SIGKILL"), pattern="cross"),
    # its process has ended
    "terminated": State(family="failed", trouble=True),
    "terminated:Completed": State(family="completed", label=_("Completed")),
    "terminated:Error": State(family="failed", label=_("Ended with an error"), trouble=True),
    "terminated:OOMKilled": State(family="failed", label="OOMKilled", trouble=True),
    # a pod
    "pod": State(family="waiting"),
    "pod:Pending": State(family="waiting", label="Pending"),
    "pod:Running": State(family="starting", label=_("Running, not ready")),
    "pod:Ready": State(family="ready", label=_("Ready")),
    "pod:Terminating": State(family="terminating", label=_("Terminating")),
    "pod:Succeeded": State(family="completed", label="Succeeded"),
    "pod:Failed": State(family="failed", label=_("Failed"), trouble=True),
}

MARKS: Mapping[str, Mark] = {
    "pull": Mark(label=_("Pull started"), glyph="arrow", family="pulling"),
    "pull-failed": Mark(label=_("Pull failed"), glyph="arrow-struck", family="failed", trouble=True),
    "restart": Mark(label=_("Restarted"), glyph="triangle"),
    "startup-failed": Mark(label=_("Startup probe failed"), glyph="diamond-open", family="starting"),
    "probe-failed": Mark(label=_("Probe failed"), glyph="diamond", family="failed", trouble=True),
    "probe-passed": Mark(label=_("Probe passed"), glyph="diamond-open", family="ready"),
    "hook-failed": Mark(label=_("Hook failed"), glyph="diamond", family="failed", trouble=True),
    "sigterm": Mark(label="SIGTERM", glyph="power", family="terminating"),
    "sigkill": Mark(label="SIGKILL", glyph="power-struck", family="failed", trouble=True),
    "exit-zero": Mark(label=_("Exited with 0"), glyph="check", family="completed"),
    "exit-error": Mark(label=_("Exited with an error"), glyph="cross", family="failed", trouble=True),
    "oom": Mark(label=_("Killed for lack of memory (OOMKilled)"), glyph="bolt", family="failed", trouble=True),
    "deletion": Mark(label=_("Deletion asked for"), glyph="bin", family="terminating"),
    "ready": Mark(label=_("Ready for the first time"), glyph="check", family="ready"),
}


def palette(say: Callable[[str], str] = str) -> dict[str, Any]:
    """The whole table as JSON values, for the page\'s one block of data. `say` makes another language of a label, as gettext does."""

    def shown(look: Family | State | Mark) -> dict[str, Any]:
        return asdict(look) | ({"label": say(look.label)} if look.label else {})

    return {
        "families": [{"name": name, **shown(family)} for name, family in FAMILIES.items()],
        "states": {key: shown(state) for key, state in STATES.items()},
        "marks": {key: shown(mark) for key, mark in MARKS.items()},
    }
