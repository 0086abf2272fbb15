"""Which hooks ran, and when?"""

from __future__ import annotations

from tests.conformance.case import BadCase
from tests.conformance.drive import Evidence
from tests.conformance.expectations.checking import at, name, options, pair, within_bounds
from tests.conformance.history import HookRun, Run

HOOKS = ("postStart", "preStop")


def prestop_before(evidence: Evidence, value: object) -> str | None:
    """preStop of a begins before the first stop signal of b."""
    first, second = pair(value)
    begin, signal = evidence.instants.get(f"prestop_begin:{first}"), evidence.instants.get(f"sigterm:{second}")
    return None if begin < signal else f"preStop of {first} at {at(begin)}, stop signal of {second} at {at(signal)}"


def prestop_before_sigterm(evidence: Evidence, value: object) -> str | None:
    """The container's hook ended, or ran out of grace, before its stop signal."""
    container = name(value)
    ended, signal = evidence.instants.get(f"prestop_end:{container}"), evidence.instants.get(f"sigterm:{container}")
    return None if ended < signal else f"preStop ended at {at(ended)}, stop signal at {at(signal)}"


def hook_during_run(evidence: Evidence, value: object) -> str | None:
    """The hook ran, from its begin to its end, while the container ran."""
    given = options(value, ("container", "hook"))
    container = evidence.instants.select(given["container"]).container
    wanted = _known(given["hook"])
    pairs = [(run, hook) for run in container.runs for hook in run.hooks if hook.hook == wanted]
    if any(_inside(run, hook) for run, hook in pairs):
        return None
    return "; ".join(f"hook {at(h.begin)} to {at(h.end)}, run {at(r.start)} to {at(r.exit)}" for r, h in pairs) or "the hook never ran"


def _inside(run: Run, hook: HookRun) -> bool:
    return run.is_running_at(hook.begin) and (hook.end is None or run.exit is None or hook.end <= run.exit)


def hook_ran(evidence: Evidence, value: object) -> str | None:
    """How often the hook ran."""
    given = options(value, ("container", "hook"), ("times", "at_least", "at_most", "exactly"))
    bounds = given if len(given) > 2 else {"at_least": 1}
    return within_bounds(len(_runs_of(evidence, given["container"], given["hook"])), bounds, "runs of the hook")


def no_hook(evidence: Evidence, value: object) -> str | None:
    """The hook never ran."""
    given = options(value, ("container", "hook"))
    found = _runs_of(evidence, given["container"], given["hook"])
    return f"it ran at {', '.join(at(hook.begin) for hook in found)}" if found else None


def _runs_of(evidence: Evidence, container: str, hook: str) -> list[HookRun]:
    wanted = _known(hook)
    return [run for run in evidence.instants.select(container).container.hooks if run.hook == wanted]


def _known(hook: str) -> str:
    if hook not in HOOKS:
        raise BadCase(f"there is no hook {hook!r}")
    return hook
