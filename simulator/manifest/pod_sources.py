"""Which document, and which path in it, does a pod come from?"""

from __future__ import annotations

from simulator.manifest.nodes import Document, Path, path_text
from simulator.manifest.report import mark
from simulator.manifest.workload_documents import template_path
from simulator.pod import Pod
from simulator.scenario import Workload
from simulator.sources import PodSource


def pod_source(pod: Pod, document: Document) -> PodSource:
    """A document of kind Pod."""
    return _source("Pod", pod.name, pod, document, ())


def workload_source(workload: Workload, document: Document) -> PodSource:
    """The template of a controller."""
    return _source(workload.kind, workload.name, workload.template, document, template_path(workload.kind))


def _source(kind: str, name: str, pod: Pod, document: Document, root: Path) -> PodSource:
    return PodSource(
        kind=kind,
        name=name,
        pod=pod,
        where=lambda path: mark(document, (*root, *path)),
        path_of=lambda path: path_text((*root, *path)),
    )
