"""Drives `config-merge` and `policy-config`: through `simulator.load`, like anybody's documents."""

from __future__ import annotations

from typing import Any

import yaml

import simulator
from simulator import kubelet_config
from simulator.errors import ManifestError
from simulator.kubelet.image_gc_policy import ImageGCPolicy
from tests.conformance.case import BadCase, Case, Fields
from tests.conformance.images.steps import Seen

HEADER = {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: x}]}\n"
FLAGS = {"--port": "port", "--read-only-port": "readOnlyPort"}


def loaded(files: dict[str, str], minor: int) -> Seen:
    """The merged settings, or what is said instead."""
    try:
        scenario = simulator.load({"pod.yaml": POD, **files}, kubernetes=f"1.{minor}")
    except ManifestError as refused:
        return {"config": None, "error": "\n".join(map(str, refused.problems))}
    return {"config": scenario.kubelet.settings, "error": None}


class ConfigMerge:
    """A main file and drop-ins."""

    def __init__(self, case: Case, minor: int) -> None:
        self.minor = minor
        self.base = case.fields["node"]["base_config"]
        self.flags = case.fields["node"]["flags"]

    def do(self, action: Fields) -> Seen:
        files = {"kubelet.yaml": yaml.safe_dump({**HEADER, **(self.base or {})})}
        for path, content in sorted(action["files"].items()):
            files[path] = content if isinstance(content, str) else yaml.safe_dump(content)
        if self.flags:
            # A scenario has no command line: what a flag would win is one more file that comes last.
            pairs = (flag.split("=") for flag in self.flags)
            files["zz-flags.conf"] = yaml.safe_dump({**HEADER, **{FLAGS[name]: int(value) for name, value in pairs}})
        return loaded(files, self.minor)


class PolicyConfig:
    """Defaults and validation."""

    def __init__(self, case: Case, minor: int) -> None:
        self.minor = minor
        self.kubelet = (case.fields.get("node") or {}).get("kubelet") or {}

    def do(self, action: Fields) -> Seen:
        match action["do"]:
            case "new-image-gc-manager":
                policy = ImageGCPolicy(
                    high_threshold_percent=self.kubelet["imageGCHighThresholdPercent"],
                    low_threshold_percent=self.kubelet["imageGCLowThresholdPercent"],
                    minimum_age_ms=0,
                )
                return {"error": policy.problem()}
            case "default-config":
                return {"config": completed(action["config"], self.minor)}
            case "validate-config":
                return loaded({"kubelet.yaml": yaml.safe_dump({**HEADER, **action["config"]})}, self.minor)
            case other:
                raise BadCase(f"no action {other}")


def completed(config: Fields, minor: int) -> dict[str, Any]:
    """With defaults, before validation."""
    return kubelet_config.complete(dict(config), minor=minor, gates={})
