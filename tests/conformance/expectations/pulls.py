"""Which images were pulled, when, and which image does a run have?"""

from __future__ import annotations

from itertools import combinations, pairwise

from tests.conformance.case import BadCase
from tests.conformance.drive import Evidence
from tests.conformance.expectations.checking import at, options, within_bounds
from tests.conformance.history import Pull

ROUNDING_S = 0.002


def image(evidence: Evidence, value: object) -> str | None:
    """The image of a run, the last one by default."""
    given = options(value, ("container", "image"), ("run",))
    selected = evidence.instants.select(given["container"])
    images = [i.image for i in evidence.observation.images if (i.pod, i.container) == (selected.pod.name, selected.container.name)]
    run = given.get("run", "last")
    index = -1 if run == "last" else int(run)
    if not -len(images) <= index < len(images):
        return f"there were {len(images)} runs"
    return None if images[index] == given["image"] else f"images of the runs: {', '.join(images)}"


def _pulls(evidence: Evidence, who: str) -> list[Pull]:
    """Of a pod, or of a container."""
    if who in evidence.case.pod_names:
        return evidence.instants.pod(who).pulls
    selected = evidence.instants.select(who)
    return [pull for pull in selected.pod.pulls if pull.container == selected.container.name]


def pull_attempts(evidence: Evidence, value: object) -> str | None:
    """How often an image was asked for, and with which gaps."""
    given = options(value, ("container",), ("min_gaps_s", "at_least", "at_most", "exactly", "by_s"))
    by_s = given.get("by_s", evidence.history.end_s)
    begins = [pull.begin.t for pull in _pulls(evidence, given["container"]) if pull.begin and pull.begin.t <= by_s]
    seen = f"attempts at {', '.join(f'{t:.3f}' for t in begins) or 'no time'}"
    if "min_gaps_s" in given:
        gaps = [later - earlier for earlier, later in pairwise(begins)]
        wanted = given["min_gaps_s"] if isinstance(given["min_gaps_s"], list) else [given["min_gaps_s"]] * len(gaps)
        if len(gaps) < len(wanted) or any(gap < least - ROUNDING_S for gap, least in zip(gaps, wanted, strict=False)):
            return seen
    bounded = any(key in given for key in ("at_least", "at_most", "exactly"))
    if not bounded and "min_gaps_s" not in given:
        raise BadCase("at_least, at_most or min_gaps_s is missing")
    return seen if bounded and within_bounds(len(begins), given, "") else None


def pull_overlap(evidence: Evidence, value: object) -> str | None:
    """Some pull of a and some pull of b run at the same time; of more than two each with each."""
    who = _names(value)
    return None if all(_overlap(evidence, *both) for both in combinations(who, 2)) else f"no overlap: {_pulls_text(evidence, who)}"


def no_pull_overlap(evidence: Evidence, value: object) -> str | None:
    """No pull of one runs while one of another does."""
    who = _names(value)
    if not all(any(p.begin for p in _pulls(evidence, each)) for each in who):
        return f"somebody pulled nothing: {_pulls_text(evidence, who)}"
    return f"overlap: {_pulls_text(evidence, who)}" if any(_overlap(evidence, *both) for both in combinations(who, 2)) else None


def _names(value: object) -> list[str]:
    if not isinstance(value, list) or len(value) < 2:
        raise BadCase(f"two names or more are expected, not {value!r}")
    return [str(name) for name in value]


def _overlap(evidence: Evidence, first: str, second: str) -> bool:
    end_s = evidence.history.end_s
    left, right = ([(p.begin.t, p.end.t if p.end else end_s) for p in _pulls(evidence, who) if p.begin] for who in (first, second))
    return any(a < d and c < b for a, b in left for c, d in right)


def _pulls_text(evidence: Evidence, who: list[str]) -> str:
    return "; ".join(f"{each} {', '.join(f'{at(p.begin)} to {at(p.end)}' for p in _pulls(evidence, each)) or 'no pull'}" for each in who)


def pull_wait_ratio(evidence: Evidence, value: object) -> str | None:
    """(waiting + pull) / pull, of one or of all of some pods or containers."""
    given = options(value, (), ("any_of", "all_of", "container", "pod", "at_least", "at_most"))
    if not any(key in given for key in ("at_least", "at_most")):
        raise BadCase("at_least or at_most is missing")
    who = given.get("any_of") or given.get("all_of") or [given.get("container") or given.get("pod")]
    ratios = [ratio for each in who for pull in _pulls(evidence, str(each)) if (ratio := _ratio(pull)) is not None]
    fits = [given.get("at_least", 0) <= ratio <= given.get("at_most", ratio) for ratio in ratios]
    holds = any(fits) if "any_of" in given else bool(fits) and all(fits)
    return None if holds else f"ratios {', '.join(f'{ratio:.2f}' for ratio in ratios) or 'none'}"


def _ratio(pull: Pull) -> float | None:
    if pull.begin is None or pull.end is None or pull.end.t <= pull.begin.t:
        return None
    return (pull.end.t - pull.queued.t) / (pull.end.t - pull.begin.t)
