"""What do the KubeletConfiguration documents of an input come to?

The first one is the main file, each further one a drop-in of `--config-dir`. Contract, section 2; merging: cmd/kubelet/app/server.go (1.36).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.feature_gates import enabled
from simulator.kubelet_config import KubeletConfiguration, Settings, complete, configuration_of, merge_drop_in
from simulator.manifest.kubelet_rules import findings
from simulator.manifest.nodes import Document, Finding, MapNode

GROUP, VERSION, KIND = "kubelet.config.k8s.io", "v1beta1", "KubeletConfiguration"
_NOT_SETTINGS = ("apiVersion", "kind", "metadata")


@dataclass(frozen=True, slots=True)
class KubeletFile:
    """One document, checked for its form."""

    document: Document
    clean: Mapping[str, Any]

    @property
    def name(self) -> str:
        """`metadata.name`, which a drop-in is ordered by."""
        return str(self.clean.get("metadata", {}).get("name", ""))

    @property
    def settings(self) -> Settings:
        """What it sets."""
        return {name: value for name, value in self.clean.items() if name not in _NOT_SETTINGS}

    def nulls(self) -> Iterator[tuple[str, ...]]:
        """Paths of the nulls in the text: as a drop-in it removes these."""
        for name, value in self.document.root.items():
            if value is None:
                yield (name,)
            elif isinstance(value, dict):
                yield from ((name, str(inner)) for inner, below in value.items() if below is None)


def ordered(files: Sequence[KubeletFile]) -> list[KubeletFile]:
    """The main file, then the drop-ins with a name by name, then those without in the order of appearance."""
    if not files:
        return []
    drop_ins = sorted(files[1:], key=lambda file: (file.name == "", file.name))
    return [files[0], *drop_ins]


def unchecked(documents: Iterable[Document]) -> list[KubeletFile]:
    """The files of a text that is edited and may be wrong elsewhere: only what orders them and their gates, and nothing that is no map."""
    fields = ("metadata", "featureGates")
    return [KubeletFile(each, {name: each.root[name] for name in fields if isinstance(each.root.get(name), MapNode)}) for each in documents]


def said_last(files: Sequence[KubeletFile], says: Callable[[KubeletFile], bool]) -> tuple[KubeletFile | None, bool]:
    """The file that counts of those that say something, else the main file, None if there is none; and whether it is said."""
    in_order = ordered(files)
    saying = [file for file in in_order if says(file)]
    return (saying[-1] if saying else in_order[0] if in_order else None), bool(saying)


def gate_overrides(files: Sequence[KubeletFile]) -> dict[str, bool]:
    """`featureGates` of all files, merged by gate."""
    merged: dict[str, bool] = {}
    for file in ordered(files):
        merged.update(file.clean.get("featureGates", {}))
    return merged


def merge(files: Sequence[KubeletFile], minor: int, report: Callable[[Document, Finding], None]) -> KubeletConfiguration:
    """The configuration in force; what the kubelet would refuse is reported at the file that set the field last."""
    gates = enabled(minor, gate_overrides(files))
    settings: Settings = complete({}, minor=minor, gates=gates)
    sources: dict[str, str] = {}
    setters: dict[str, Document] = {}
    for position, file in enumerate(ordered(files)):
        merged = file.settings if position == 0 else merge_drop_in(settings, file.settings, list(file.nulls()))
        settings = complete(merged, minor=minor, gates=gates)
        for name in file.settings:
            sources[name] = file.name or file.document.file or f"document {position + 1}"
            setters[name] = file.document
    refused = False
    for finding in findings(settings, minor=minor, gates=gates):
        name = str(finding.path[0])
        # A rule about two fields may name one that was never written: show the other one.
        path = finding.path if name in setters else tuple(other for other in setters if other in finding.message)[:1]
        document = setters.get(str(path[0])) if path else files[-1].document if files else None
        if document is not None:
            refused = True
            report(document, replace(finding, path=path))
    return KubeletConfiguration() if refused else configuration_of(settings, sources)
