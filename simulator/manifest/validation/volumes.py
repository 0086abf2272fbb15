"""Are a pod's volumes and their mounts ones that the API server accepts? Rules 49 to 58."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.shapes import did_you_mean
from simulator.manifest.validation.messages import duplicate, forbidden, invalid, not_found, not_supported, required
from simulator.manifest.validation.names import label_findings, path_part_messages
from simulator.units import parse_quantity

Fields = dict[str, Any]
_TYPES = (
    "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi", "glusterfs", "flocker", "persistentVolumeClaim",
    "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc", "flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk",
    "portworxVolume", "azureDisk", "storageos", "projected", "scaleIO", "csi", "ephemeral", "image",
)  # fmt: skip
_REQUIRED = {"secret": "secretName", "configMap": "name", "persistentVolumeClaim": "claimName", "hostPath": "path"}
_HOST_PATH_TYPES = ("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket")
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_MODE = "must be a number between 0 and 0777 (octal), both inclusive"


def volume_findings(volumes: list[Fields], path: Path) -> Iterator[Finding]:
    """`spec.volumes`."""
    names: set[str] = set()
    for index, volume in enumerate(volumes):
        here = (*path, index)
        name = volume.get("name", "")
        if not name:
            yield required((*here, "name"))
        else:
            yield from label_findings(name, (*here, "name"))
            if name in names:
                yield duplicate((*here, "name"), name)
            names.add(name)
        named = [kind for kind in _TYPES if kind in volume]
        if not named:
            yield required(here, "must specify a volume type")
        for kind in named[1:]:
            yield forbidden((*here, kind), "may not specify more than 1 volume type")
        for kind in named[:1]:
            yield from _source(kind, volume[kind], (*here, kind))


def _source(kind: str, body: Fields, path: Path) -> Iterator[Finding]:
    if kind in _REQUIRED and not body.get(_REQUIRED[kind]):
        yield required((*path, _REQUIRED[kind]))
    match kind:
        case "hostPath":
            yield from _host_path(body, path)
        case "emptyDir":
            if "sizeLimit" in body and parse_quantity(body["sizeLimit"]) < 0:
                yield forbidden((*path, "sizeLimit"), "SizeLimit field must be a valid resource quantity")
            if body.get("medium", "") not in ("", "Memory") and not body["medium"].startswith("HugePages"):
                yield not_supported((*path, "medium"), body["medium"], ("", "HugePages", "Memory"))
        case "projected":
            yield from _modes(body, path)
            for index, source in enumerate(body.get("sources", ())):
                for inner in ("secret", "configMap"):
                    if inner in source:
                        yield from _projection(source[inner], (*path, "sources", index, inner))
        case "secret" | "configMap" | "downwardAPI":
            yield from _modes(body, path)
        case "image":
            if not body.get("reference"):
                yield required((*path, "reference"))
            if body["pullPolicy"] not in _PULL_POLICIES:
                yield not_supported((*path, "pullPolicy"), body["pullPolicy"], _PULL_POLICIES)


def _host_path(body: Fields, path: Path) -> Iterator[Finding]:
    if ".." in body.get("path", "").split("/"):
        yield invalid((*path, "path"), body["path"], "must not contain '..'")
    if body["type"] not in _HOST_PATH_TYPES:
        yield not_supported((*path, "type"), body["type"], _HOST_PATH_TYPES)


def _projection(body: Fields, path: Path) -> Iterator[Finding]:
    if not body.get("name"):
        yield required((*path, "name"))
    yield from _modes(body, path)


def _modes(body: Fields, path: Path) -> Iterator[Finding]:
    mode = body.get("defaultMode")
    if mode is not None and not 0 <= mode <= 0o777:
        yield invalid((*path, "defaultMode"), mode, _MODE, _octal_hint(mode))
    for index, item in enumerate(body.get("items", ())):
        here = (*path, "items", index)
        mode = item.get("mode")
        if mode is not None and not 0 <= mode <= 0o777:
            yield invalid((*here, "mode"), mode, _MODE, _octal_hint(mode))
        if "fieldRef" in item or "resourceFieldRef" in item:
            continue
        if not item.get("key"):
            yield required((*here, "key"))
        if not item.get("path"):
            yield required((*here, "path"))
        else:
            for message in path_part_messages(item["path"]):
                yield invalid((*here, "path"), item["path"], message)


def _octal_hint(mode: int) -> str:
    return f"write it as octal: 0{mode}" if set(str(mode)) <= set("01234567") and len(str(mode)) == 3 else ""


def mount_findings(container: Fields, path: Path, volume_names: dict[str, None]) -> Iterator[Finding]:
    """A container's `volumeMounts`. `subPath` is reported without the index, as upstream does."""
    paths: set[str] = set()
    for index, mount in enumerate(container.get("volumeMounts", ())):
        here = (*path, "volumeMounts", index)
        name, mount_path = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            yield required((*here, "name"))
        elif name not in volume_names:
            hint = did_you_mean(name, volume_names) or (
                "add it under spec.volumes" if not volume_names else f"the pod has: {', '.join(itertools.islice(volume_names, 8))}"
            )
            yield not_found((*here, "name"), name, hint)
        if not mount_path:
            yield required((*here, "mountPath"))
        elif mount_path in paths:
            yield invalid((*here, "mountPath"), mount_path, "must be unique")
        paths.add(mount_path)
        sub_path, expression = mount.get("subPath", ""), mount.get("subPathExpr", "")
        for field, value in (("subPath", sub_path), ("subPathExpr", expression)):
            for message in path_part_messages(value):
                yield invalid((*path, "volumeMounts", field), value, message)
        if sub_path and expression:
            yield invalid((*here, "subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive")
