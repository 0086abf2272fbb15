"""Where does what a pod says stand in the person's text? Pods and templates of controllers, each with a way to ask for the place of a field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.pod import Mark, Pod

FieldPath = tuple[str | int, ...]
"""From the pod's own root: `("spec", "containers", 0, "image")`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSource:
    """A pod that was written, or the template of a controller."""

    kind: str
    """`Pod`, or the controller's."""
    name: str
    """The pod's, or the controller's."""
    pod: Pod
    where: Callable[[FieldPath], Mark]
    """The place of a field, or of the nearest thing around it that the text has."""
    path_of: Callable[[FieldPath], str]
    """The field's path from the document's root: `spec.template.spec.containers[0].image`."""

    @property
    def is_job(self) -> bool:
        """Does somebody wait for its end?"""
        return self.kind in ("Job", "CronJob")

    @property
    def address(self) -> str:
        """How scenarios name it: `web`, `Job/report`."""
        return self.name if self.kind == "Pod" else f"{self.kind}/{self.name}"
