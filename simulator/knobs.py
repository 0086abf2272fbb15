"""What can be turned in a text, and how does it look when it was? For sliders that ask "what if": bandwidth, disks, thresholds, probes, grace, exits, seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from simulator.addresses import container_addresses
from simulator.container_behaviors import ContainerBehavior, container_address, container_behaviors
from simulator.errors import ManifestError, Problem
from simulator.manifest import knobs as places
from simulator.manifest.behavior_editing import with_behavior, without_parts
from simulator.manifest.behaviors import IGNORE, fields_of
from simulator.manifest.documents import sort_documents
from simulator.manifest.editing import documents_of, plain_text
from simulator.manifest.knobs import LOG, Knob, Value
from simulator.manifest.leaves import FOREVER, INT64
from simulator.manifest.load import Loaded, load_with_sources
from simulator.manifest.value_edits import by_hand, with_scenario_value
from simulator.units import SECOND_MS

MIN_RUN_S, MAX_RUN_S = 0.1, 3_600
"""Of the slider: up to an hour of virtual time."""
MAX_EXIT_S = 120
"""After SIGTERM: longer than nearly all grace periods."""
MAX_EXIT_CODE = 255
COMMAND = "command"
"""A container's run is what the script in its command makes of it."""

Turn = Callable[[str, Value], str]
Fields = dict[str, object]


def knobs_in(text: str) -> list[Knob]:
    """Everything that can be turned, in the order scenario, node, kubelet, pods. Raises ManifestError with every problem of the text."""
    return [knob for knob, _ in _all(plain_text(text))]


def with_knob(text: str, knob_id: str, value: Value) -> str:
    """The text that says another value, and is otherwise as it was.

    Raises ManifestError if there is no such knob, if the loader refuses the value, and for the rare layouts in which it cannot be changed by itself.
    """
    before = plain_text(text)
    found = _all(before)
    knob, turn = next(((knob, turn) for knob, turn in found if knob.id == knob_id), (None, None))
    if knob is None or turn is None:
        raise ManifestError([Problem(path="id", message=f'there is no knob "{knob_id}"')])
    wanted = _value(knob, value)
    after = before if wanted == knob.value else turn(before, wanted)
    values = {other.id: other.value for other, _ in _all(after)}
    others = {other.id: other.value for other, _ in found if other.id != knob_id}
    if values.get(knob_id) != wanted or any(values.get(name, said) != said for name, said in others.items()):
        raise by_hand()
    return after


def _value(knob: Knob, value: object) -> Value:
    """As it is written: three places are enough. Raises ManifestError for what is neither a number of 64 bits nor one of the knob's words."""
    if isinstance(value, str) and value in knob.words:
        return value
    # Compared and not converted: Python's integers go further than its floats, and than its texts of digits.
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < INT64:
        rounded = round(float(value), 3) if isinstance(value, float) else value
        return int(rounded) if isinstance(rounded, float) and rounded.is_integer() else rounded
    hint = f"or one of: {', '.join(knob.words)}" if knob.words else ""
    raise ManifestError([Problem(path="value", message="must be a number of at most 64 bits", hint=hint)])


def _all(text: str) -> list[tuple[Knob, Turn]]:
    found, loaded = sort_documents(documents_of(text)), load_with_sources({"": text})
    made = [*places.scenario_places(found, loaded.scenario), *places.kubelet_places(found, loaded.scenario)]
    listed: list[tuple[Knob, Turn]] = [(place.knob, partial(_turned, place)) for place in made]
    behaviors = {each.address: each for each in container_behaviors(loaded.scenario, loaded.sources)}
    versions: Counter[str] = Counter()
    for source, document in places.documents_of_sources(found, loaded.sources):
        versions[source.address] += 1
        listed += [(place.knob, partial(_turned, place)) for place in places.pod_places(source, document, versions[source.address])]
        for container in source.pod.all_containers():
            # What a container does is said once for all versions of its template.
            each = behaviors.pop(container_address(source, container), None)
            if each is not None:
                listed += _exits(loaded, each, container_addresses(source.pod, container.name))
    return listed


def _turned(place: places.Place, text: str, value: Value) -> str:
    return places.turned(text, place, value)


# -- what a container does ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What the Scenario says of one container alone."""

    key: str
    """Under which it is written, or would be."""
    is_there: bool
    said: Fields
    """Its own, or what a wider key says of it: only one key counts, so it is said again where one is added."""
    effective: Fields
    """With everything that comes from elsewhere."""

    def with_part(self, text: str, name: str, value: object) -> str:
        """`runs` or `onSIGTERM` set. They go together, so where neither was said both are."""
        parts: Fields = {} if {"runs", "onSIGTERM"} & set(self.said) else {part: self.effective[part] for part in ("runs", "onSIGTERM")}
        parts[name] = value
        if not self.is_there:
            return with_behavior(text, self.key, {**self.said, **parts})
        for part, fields in parts.items():
            text = with_scenario_value(text, ("behaviors", self.key, part), fields)
        return text

    def with_run(self, text: str, name: str, value: object) -> str:
        """A field of the first run set."""
        if self.is_there and "runs" in self.said:
            return with_scenario_value(text, ("behaviors", self.key, "runs", 0, name), value)
        runs = self.effective["runs"]
        assert isinstance(runs, list)
        return self.with_part(text, "runs", [{**runs[0], name: value}, *runs[1:]])

    def as_command(self, text: str) -> str:
        """Nothing said of its run, so that the script decides."""
        parts = ("runs", "onSIGTERM")
        left = {name: value for name, value in self.said.items() if name not in parts}
        if self.is_there and left:
            return without_parts(text, self.key, parts)
        return with_behavior(text, self.key, None if self.is_there else left)


def _exits(loaded: Loaded, each: ContainerBehavior, keys: tuple[str, ...]) -> Iterator[tuple[Knob, Turn]]:
    """How long the first run takes, its exit code, and what SIGTERM does."""
    entry = _entry(loaded, each, keys)
    by_script = each.is_scripted and each.sources.get("runs") == COMMAND
    runs, on_sigterm = each.behavior.runs, each.behavior.on_sigterm
    assert runs
    assert on_sigterm
    duration_ms, after_ms = runs[0].duration_ms, on_sigterm.exit_after_ms
    said = each.sources.get("runs") == "scenario"
    words = (FOREVER, *((COMMAND,) if each.is_scripted else ()))
    value: Value = COMMAND if by_script else FOREVER if duration_ms is None else _seconds(duration_ms)
    run = Knob(
        id=f"run:{each.address}",
        group=each.address,
        label="first run",
        value=value,
        unit="s",
        min=MIN_RUN_S,
        max=MAX_RUN_S,
        scale=LOG,
        words=words,
        default=not said,
    )
    yield places.widened(run), partial(_with_duration, entry)
    if by_script:
        return
    code = Knob(id=f"exit:{each.address}", group=each.address, label="exit code", value=runs[0].exit_code, min=0, max=MAX_EXIT_CODE, default=not said)
    yield code, lambda text, value: entry.with_run(text, "exitCode", value)
    after = Knob(
        id=f"sigterm:{each.address}",
        group=each.address,
        label="exit after SIGTERM",
        value=IGNORE if after_ms is None else _seconds(after_ms),
        unit="s",
        min=0,
        max=MAX_EXIT_S,
        steps=0.5,
        words=(IGNORE,),
        default=each.sources.get("on_sigterm") != "scenario",
    )
    yield places.widened(after), partial(_with_sigterm, entry, on_sigterm.exit_code)


def _entry(loaded: Loaded, each: ContainerBehavior, keys: tuple[str, ...]) -> _Entry:
    behaviors = loaded.scenario.behaviors
    key = next((key for key in (*keys[:-2], each.address) if key in behaviors), None)
    wider = next((wide for wide in keys[-2:] if wide in behaviors), None)
    source = key or wider
    return _Entry(key=key or each.address, is_there=key is not None, said=fields_of(behaviors[source]) if source else {}, effective=fields_of(each.behavior))


def _with_duration(entry: _Entry, text: str, value: Value) -> str:
    if value == COMMAND:
        return entry.as_command(text)
    return entry.with_run(text, "duration", value if isinstance(value, str) else f"{value}s")


def _with_sigterm(entry: _Entry, exit_code: int, text: str, value: Value) -> str:
    if isinstance(value, str):
        return entry.with_part(text, "onSIGTERM", value)
    said = entry.said.get("onSIGTERM")
    if entry.is_there and isinstance(said, dict):
        return with_scenario_value(text, ("behaviors", entry.key, "onSIGTERM", "exitAfter"), f"{value}s")
    return entry.with_part(text, "onSIGTERM", {"exitAfter": f"{value}s", "exitCode": exit_code})


def _seconds(duration_ms: int) -> int | float:
    return duration_ms // SECOND_MS if duration_ms % SECOND_MS == 0 else duration_ms / SECOND_MS
