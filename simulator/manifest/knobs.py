"""Which numbers of a text are worth turning, what do they say now, and where do they stand?

A knob knows its place in the text; `simulator.knobs` puts the list together with what each container does, and turns them. Numbers come in the unit that a
person would write them in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from simulator.manifest.documents import Role, SortedDocuments
from simulator.manifest.kubelet_document import KubeletFile, said_last, unchecked
from simulator.manifest.nodes import Document, ListNode, MapNode, Path
from simulator.manifest.text_edits import appended
from simulator.manifest.value_edits import KUBELET_HEAD, one_line, with_scenario_value, with_value
from simulator.manifest.workload_documents import template_path
from simulator.pod import Container, Probe
from simulator.scenario import Scenario
from simulator.sources import PodSource
from simulator.units import parse_quantity

LINEAR, LOG = "linear", "log"
Value = int | float | str
MIB, GIB = 1 << 20, 1 << 30
MAX_SEED = 100
"""Of the slider; the field takes any. A hundred other draws show what is chance."""
MAX_COUNT = 30
"""Of failureThreshold and successThreshold."""
MAX_SECONDS = 300
"""Of a probe's times and of a grace period: five minutes are longer than anybody watches."""
SIGNALS = ("nodefs.available", "imagefs.available", "memory.available")
_PROBE_FIELDS = (
    ("initialDelaySeconds", "initial_delay_seconds", 0, MAX_SECONDS),
    ("periodSeconds", "period_seconds", 1, MAX_SECONDS),
    ("timeoutSeconds", "timeout_seconds", 1, MAX_SECONDS),
    ("failureThreshold", "failure_threshold", 1, MAX_COUNT),
    ("successThreshold", "success_threshold", 1, MAX_COUNT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One number, or one of a few words in its place."""

    id: str
    group: str
    """What it belongs to: `scenario`, `node`, `kubelet`, a pod's or a container's address."""
    label: str
    value: Value
    unit: str = ""
    min: float
    max: float
    """Of a slider; beyond them the loader decides."""
    scale: str = LINEAR
    steps: float = 1
    """Between two values of a linear slider."""
    words: tuple[str, ...] = ()
    """What it may be besides a number: `forever`."""
    default: bool
    """The text does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A knob, and where its value is written."""

    knob: Knob
    path: Path = ()
    """In the document, or below `spec` of the Scenario."""
    document: Document | None = None
    kind: str = "scenario"
    """Which kind of document it is where there is none yet."""
    written: str = "{}"
    """The value in the text, with the knob's in place of the braces; a bare `{}` is written as a number or word."""
    besides: dict[str, object] = field(default_factory=dict)
    """What else has to be said where nothing was: a map that is written takes the place of all its defaults."""


def turned(text: str, place: Place, value: Value) -> str:
    """The text that says the value. Raises ManifestError where it cannot be changed by itself."""
    written: object = value if place.written == "{}" else place.written.format(value)
    path = place.path
    if place.besides:
        path, written = path[:-1], {**place.besides, str(path[-1]): written}
    if place.document is not None:
        return with_value(text, place.document, path, written)
    if place.kind == "kubelet":
        return appended(text, f"{KUBELET_HEAD}{path[0]}: {one_line(written if len(path) == 1 else {str(path[1]): written})}\n")
    return with_scenario_value(text, path, written)


def _said(root: object, path: Path) -> bool:
    """Does the text have something at a path?"""
    for step in path:
        if isinstance(root, MapNode) and isinstance(step, str):
            root = root.get(step)
        elif isinstance(root, ListNode) and isinstance(step, int) and step < len(root):
            root = root[step]
        else:
            return False
    return root is not None


def _number(amount: float | Fraction) -> int | float:
    """As a person would write it: whole, or with three places."""
    rounded = round(float(amount), 3)
    return int(rounded) if rounded.is_integer() else rounded


def widened(knob: Knob) -> Knob:
    """The slider reaches what the text says."""
    if isinstance(knob.value, str):
        return knob
    least = min(knob.min, knob.value)
    # Nothing has no place on a logarithmic scale.
    return replace(knob, min=least, max=max(knob.max, knob.value), scale=knob.scale if least > 0 else LINEAR)


# -- the scenario and its node -----------------------------------------------------------------------------------------------------


def scenario_places(found: SortedDocuments, scenario: Scenario) -> Iterator[Place]:
    """Seed, bandwidth of the registry, sizes of the disks."""
    document = next((document for document, _, _ in found.of(Role.SCENARIO)), None)
    root = document.root if document else MapNode()

    def is_default(path: Path) -> bool:
        return not _said(root, ("spec", *path))

    seed = Knob(id="seed", group="scenario", label="seed", value=scenario.seed, min=0, max=MAX_SEED, default=is_default(("seed",)))
    yield Place(knob=widened(seed), path=("seed",))
    bandwidth = scenario.node.link_bandwidth_bytes_per_second
    if bandwidth is not None:
        link: Path = ("node", "link", "bandwidth")
        value = _number(Fraction(bandwidth, MIB))
        knob = Knob(id="bandwidth", group="node", label="registry bandwidth", value=value, unit="Mi/s", min=0.5, max=1000, scale=LOG, default=is_default(link))
        yield Place(knob=widened(knob), path=link, written="{}Mi/s")
    for name, filesystem in scenario.node.filesystems.items():
        path: Path = ("node", "filesystems", name, "capacity")
        # The defaults of a disk go when it is written down.
        besides: dict[str, object] = {} if _said(root, ("spec", *path[:-1])) else {"used": f"{_number(Fraction(filesystem.used_bytes, GIB))}Gi"}
        least = max(1, -(-filesystem.used_bytes // GIB))
        value = _number(Fraction(filesystem.capacity_bytes, GIB))
        knob = Knob(
            id=f"filesystem:{name}", group="node", label=f"{name} size", value=value, unit="Gi", min=least, max=1000, scale=LOG, default=is_default(path)
        )
        yield Place(knob=widened(knob), path=path, written="{}Gi", besides=besides)


# -- the kubelet -------------------------------------------------------------------------------------------------------------------


def kubelet_places(found: SortedDocuments, scenario: Scenario) -> Iterator[Place]:
    """The thresholds of garbage collection and eviction, in the file that says them last, else in the main file."""
    files = unchecked(document for document, _, _ in found.of(Role.KUBELET))
    high, low = scenario.kubelet.image_gc_high_threshold_percent, scenario.kubelet.image_gc_low_threshold_percent
    for name, value, least, most in (("imageGCHighThresholdPercent", high, low + 1, 100), ("imageGCLowThresholdPercent", low, 0, high - 1)):
        document, said = _document_of(files, (name,))
        knob = Knob(id=name, group="kubelet", label=name, value=value, unit="%", min=least, max=most, default=not said)
        yield Place(knob=widened(knob), path=(name,), document=document, kind="kubelet")
    thresholds = dict(scenario.kubelet.eviction_hard)
    for signal in SIGNALS:
        if signal in thresholds:
            yield _threshold(files, thresholds, signal)


def _threshold(files: Sequence[KubeletFile], thresholds: dict[str, str], signal: str) -> Place:
    path = ("evictionHard", signal)
    holder, said = _document_of(files, path[:1])
    document, is_written = _document_of(files, path)
    besides: dict[str, object] = {} if said else {name: text for name, text in sorted(thresholds.items()) if name != signal}
    text = thresholds[signal]
    if text.endswith("%"):
        value, unit, scale, most = _number(float(text[:-1])), "%", LINEAR, 99.0
    else:
        value, unit, scale, most = _number(Fraction(parse_quantity(text)) / MIB), "Mi", LOG, 65_536.0
    knob = Knob(
        id=f"evictionHard:{signal}",
        group="kubelet",
        label=f"evictionHard {signal}",
        value=value,
        unit=unit,
        min=1,
        max=most,
        scale=scale,
        default=not is_written,
    )
    return Place(knob=widened(knob), path=path, document=document if is_written else holder, kind="kubelet", written=f"{{}}{unit}", besides=besides)


def _document_of(files: Sequence[KubeletFile], path: Path) -> tuple[Document | None, bool]:
    file, said = said_last(files, lambda file: _said(file.document.root, path))
    return file.document if file else None, said


# -- pods --------------------------------------------------------------------------------------------------------------------------


def documents_of_sources(found: SortedDocuments, sources: Sequence[PodSource]) -> list[tuple[PodSource, Document]]:
    """Each pod or controller with its document: both lists are in the order of the text, pods first."""
    documents = [document for role in (Role.POD, Role.WORKLOAD) for document, _, _ in found.of(role)]
    return list(zip(sources, documents, strict=True))


def pod_places(source: PodSource, document: Document, version: int) -> Iterator[Place]:
    """The grace period, and the probes' numbers. `version` counts the documents of one controller: the second is what an action applies later."""
    address = source.address if version == 1 else f"{source.address} (version {version})"
    root: Path = template_path(source.kind) if source.kind != "Pod" else ()
    path: Path = (*root, "spec", "terminationGracePeriodSeconds")
    value, said = source.pod.termination_grace_period_seconds, _said(document.root, path)
    hooks = [hook.seconds for each in source.pod.all_containers() for hook in (each.post_start, each.pre_stop) if hook and hook.seconds]
    # The API server wants a hook that sleeps to end before the grace period does.
    least = max(hooks) + 1 if hooks else 0
    knob = Knob(id=f"grace:{address}", group=address, label=str(path[-1]), value=value, unit="s", min=least, max=MAX_SECONDS, default=not said)
    yield Place(knob=widened(knob), path=path, document=document)
    for list_name, containers in (("initContainers", source.pod.init_containers), ("containers", source.pod.containers)):
        for index, container in enumerate(containers):
            yield from _probe_places(f"{address}/{container.name}", document, container, (*root, "spec", list_name, index))


def _probe_places(address: str, document: Document, container: Container, path: Path) -> Iterator[Place]:
    for kind, probe in (("startup", container.startup_probe), ("readiness", container.readiness_probe), ("liveness", container.liveness_probe)):
        if probe is not None:
            yield from _places_of_probe(address, kind, probe, document, (*path, f"{kind}Probe"))


def _places_of_probe(address: str, kind: str, probe: Probe, document: Document, path: Path) -> Iterator[Place]:
    for name, attribute, least, most in _PROBE_FIELDS:
        if name == "successThreshold" and kind != "readiness":
            # The API server takes 1 only.
            continue
        knob = Knob(
            id=f"probe:{address}:{kind}:{name}",
            group=address,
            label=f"{kind}Probe {name}",
            value=getattr(probe, attribute),
            unit="s" if name.endswith("Seconds") else "",
            min=least,
            max=most,
            default=not _said(document.root, (*path, name)),
        )
        yield Place(knob=widened(knob), path=(*path, name), document=document)
