"""What does a row need to become a pod? Names, policies and images; everything else as the API defaults it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulator.pod import Container, ContainerType, Pod, RestartPolicy
from tests.conformance.case import BadCase, Fields

Row = Callable[[Fields, int], str | None]
"""(row, minor version) to None, or what was seen."""
SIDECAR_MARK = "*"
IMAGE = "image:1"


def known(row: Fields, *keys: str) -> None:
    """A row with another key would be checked by half. Raises BadCase."""
    unknown = sorted(set(row) - {"desc", "derived", "min", "max", "notes", *keys})
    if unknown:
        raise BadCase(f"the row has unknown keys: {', '.join(unknown)}")


def bare(name: str) -> str:
    """A container's name without the mark of sidecars."""
    return name.removesuffix(SIDECAR_MARK)


def init_container(name: str, **fields: Any) -> Container:
    """A regular init container, or with the mark a sidecar."""
    if name.endswith(SIDECAR_MARK):
        return Container(name=bare(name), image=IMAGE, container_type=ContainerType.SIDECAR, restart_policy=RestartPolicy.ALWAYS, **fields)
    return Container(name=name, image=IMAGE, container_type=ContainerType.INIT, **fields)


def main_container(name: str, **fields: Any) -> Container:
    """An entry of spec.containers."""
    return Container(name=name, image=IMAGE, container_type=ContainerType.MAIN, **fields)


def pod_of(policy: str, inits: Iterable[Container], mains: Iterable[Container], **fields: Any) -> Pod:
    """A pod of a row."""
    return Pod(name="pod", uid="uid", restart_policy=RestartPolicy(policy), init_containers=tuple(inits), containers=tuple(mains), **fields)


def differences(seen: Mapping[str, object], expected: Mapping[str, object]) -> str | None:
    """What is not as expected, by key. Raises BadCase for an expectation about a key that nobody looks at."""
    unknown = sorted(set(expected) - set(seen))
    if unknown:
        raise BadCase(f"expect has unknown keys: {', '.join(unknown)}")
    wrong = [f"{key}: {seen[key]!r}" for key, wanted in expected.items() if seen[key] != wanted]
    return ", ".join(wrong) or None
