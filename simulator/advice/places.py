"""On which line does the field stand that decided something? For the page, which links it."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.advice.explanations import EXPLANATIONS
from simulator.pod import Container, Mark
from simulator.sources import FieldPath, PodSource

Spot = tuple[str, int, int]
"""File, line, column."""
_FIELDS = sorted({explanation.field for explanation in EXPLANATIONS.values() if explanation.field})


def field_places(sources: Sequence[PodSource]) -> dict[str, dict[str, Spot]]:
    """For each pod (`namespace/name`) or controller (`Kind/namespace/name`): `:restartPolicy` (of the pod itself) or `app:livenessProbe` to its place;
    `app:` is where a container begins, `:` the pod, or the template of the controller.

    A field that the text does not have is shown at what it would stand in.
    """
    return {address_of(source): _places(source) for source in sources}


def field_place(source: PodSource, container: str, field: str) -> tuple[Mark, str]:
    """Where a field of a pod or of one of its containers stands, and its path from the document's root. An empty field means the whole container, or pod."""
    lists = (("initContainers", source.pod.init_containers), ("containers", source.pod.containers))
    found = [(name, index) for name, listed in lists for index, each in enumerate(listed) if each.name == container]
    path: FieldPath = ("spec", *(found[0] if found else ()), *((field,) if field else ()))
    return source.where(path), source.path_of(path)


def address_of(source: PodSource) -> str:
    """How records name it: `namespace/name`, or `Kind/namespace/name`."""
    name = f"{source.pod.namespace}/{source.name}"
    return name if source.kind == "Pod" else f"{source.kind}/{name}"


def _places(source: PodSource) -> dict[str, Spot]:
    found: dict[str, Spot] = {":": _spot(source, ())}
    lists: tuple[tuple[str, Sequence[Container]], ...] = (("initContainers", source.pod.init_containers), ("containers", source.pod.containers))
    for field in _FIELDS:
        where, _, name = field.partition(":")
        if where == "pod":
            found[f":{name}"] = _spot(source, ("spec", name))
            continue
        for list_name, containers in lists:
            for index, container in enumerate(containers):
                path: FieldPath = ("spec", list_name, index, *((name,) if name else ()))
                found[f"{container.name}:{name}"] = _spot(source, path)
    return found


def _spot(source: PodSource, path: FieldPath) -> Spot:
    mark = source.where(path)
    return mark.file, mark.line, mark.column
