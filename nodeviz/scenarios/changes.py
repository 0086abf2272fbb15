"""How does the same scenario look under another version, seed, gates or configuration? From words in an address to a changed text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

import simulator

GATE = "gate."
SERIAL, PARALLEL = "serial", "parallel"
NATIVE = "native"
BOOLEANS = {"true": True, "false": False}

MAX_GATES = 8
"""Of one side. Each costs a parse of the text."""

MAX_SIDECARS = 5
"""Main containers of one text that are made sidecars. Each moves lines, so each costs a parse and a lint: a second for the largest text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be different; nothing of it by default."""

    kubernetes: str | None = None
    seed: int | None = None
    gates: Mapping[str, bool] = field(default_factory=dict)
    parallel_pulls: bool | None = None
    native_sidecars: bool = False
    """Every helper that keeps its Job from finishing becomes a sidecar."""

    @property
    def kinds(self) -> frozenset[str]:
        """What is changed, by the names in an address."""
        said = {"kubernetes": self.kubernetes, "seed": self.seed, "pulls": self.parallel_pulls}
        named = {name for name, value in said.items() if value is not None} | {f"{GATE}{name}" for name in self.gates}
        return frozenset(named | ({"sidecars"} if self.native_sidecars else set()))


def read(words: Mapping[str, str]) -> Changes:
    """From `{"kubernetes": "1.28", "seed": "7", "gate.X": "false", "pulls": "parallel", "sidecars": "native"}`; empty values are none.

    Raises simulator.ManifestError with every problem. Whether there is such a version or gate is found out by `changed`.
    """
    given = {name: value.strip() for name, value in words.items() if value.strip()}
    problems = tuple(_wrong(given))
    if problems:
        raise simulator.ManifestError(problems)
    return Changes(
        kubernetes=given.get("kubernetes"),
        seed=int(given["seed"]) if "seed" in given else None,
        gates={name.removeprefix(GATE): BOOLEANS[value] for name, value in given.items() if name.startswith(GATE)},
        parallel_pulls=given["pulls"] == PARALLEL if "pulls" in given else None,
        native_sidecars="sidecars" in given,
    )


def _wrong(given: Mapping[str, str]) -> Iterator[simulator.Problem]:
    gates = [name for name in given if name.startswith(GATE)]
    for name, value in given.items():
        if name in gates and value not in BOOLEANS:
            yield simulator.Problem(path=name, message=_('must be "true" or "false"'))
        elif name == "seed" and not (value.isascii() and value.isdecimal() and len(value) <= 18):
            yield simulator.Problem(path=name, message=_("must be a whole number"))
        elif name == "pulls" and value not in (SERIAL, PARALLEL):
            yield simulator.Problem(path=name, message=_('must be "serial" or "parallel"'))
        elif name == "sidecars" and value != NATIVE:
            yield simulator.Problem(path=name, message=_('must be "native"'))
        elif name not in ("kubernetes", "seed", "pulls", "sidecars", *gates):
            yield simulator.Problem(path=name, message=_("cannot be changed in an address"))
    if len(gates) > MAX_GATES:
        yield simulator.Problem(path="gate", message=_("at most %(count)d gates can be changed at once") % {"count": MAX_GATES})


def changed(text: str, changes: Changes) -> str:
    """The text with the changes written into it. Raises simulator.ManifestError where the simulator cannot do one."""
    if changes.kubernetes is not None or changes.gates:
        text = simulator.with_settings(text, kubernetes=changes.kubernetes, gates=changes.gates)
    if changes.seed is not None:
        text = simulator.with_knob(text, "seed", changes.seed)
    if changes.parallel_pulls is not None:
        text = simulator.with_parallel_pulls(text, parallel=changes.parallel_pulls)
    return with_native_sidecars(text) if changes.native_sidecars else text


def with_native_sidecars(text: str) -> str:
    """Each helper that would keep its Job from finishing, moved to the init containers. Raises simulator.ManifestError if there is none."""
    for count in range(MAX_SIDECARS + 1):
        loaded = simulator.load_with_sources({"": text})
        found = [each for each in simulator.lint(loaded.scenario, loaded.sources) if each.rule == "job-never-finishes"]
        if not found and count:
            return text
        if not found or count == MAX_SIDECARS:
            break
        text = simulator.with_native_sidecar(text, found[0].mark.line, found[0].mark.column)
    message = _("there is no container that keeps a Job from finishing, or there are too many")
    raise simulator.ManifestError([simulator.Problem(path="sidecars", message=message)])


def words_of(text: str, kinds: frozenset[str]) -> tuple[str, ...]:
    """What a text has of these kinds, in words. Raises simulator.ManifestError for a text that is refused."""
    settings, scenario = simulator.settings_of(text), simulator.load({"": text})
    words = [f"Kubernetes {settings.kubernetes}"] if "kubernetes" in kinds else []
    if "seed" in kinds:
        words.append(_("seed %(seed)d") % {"seed": scenario.seed})
    for name in sorted(kind.removeprefix(GATE) for kind in kinds if kind.startswith(GATE)):
        state = {True: _("on"), False: _("off"), None: _("by default")}[settings.gates.get(name)]
        words.append(f"{name} {state}")
    if "pulls" in kinds:
        words.append(_("serial pulls") if scenario.kubelet.serialize_image_pulls else _("parallel pulls"))
    if "sidecars" in kinds:
        loaded = simulator.load_with_sources({"": text})
        is_legacy = any(each.rule == "job-never-finishes" for each in simulator.lint(loaded.scenario, loaded.sources))
        words.append(_("legacy sidecars") if is_legacy else _("native sidecars"))
    return tuple(words)
