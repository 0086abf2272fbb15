"""What does the Scenario document say? Contract, section 3: the node, the registry, behaviors and actions, with the defaults of what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.limits import MAX_ACTIONS, MAX_UNTIL_MS
from simulator.manifest import actions, behaviors, leaves
from simulator.manifest.leaves import BOOL, BYTES, DURATION, QUANTITY, RATE, SIGNED_DURATION, TEXT
from simulator.manifest.nodes import Finding, Key, Path
from simulator.manifest.shapes import WrongValue, leaf, list_of, map_of, struct
from simulator.scenario import Filesystem, Node, NodeImage, Registry, RegistryImage, RuntimeCosts
from simulator.units import quantity_bytes, quantity_millicores
from simulator.versions import NEWEST, OLDEST

Fields = Mapping[str, Any]
GROUP, VERSION, KIND = "nodeviz.dev", "v1alpha1", "Scenario"
_FILESYSTEMS = ("nodefs", "imagefs", "containerfs")
_DEFAULT_CAPACITY_BYTES = 40 << 30


def minor_version(value: object) -> object:
    """`"1.36"` to 36. `1.30` without quotes is the number 1.3, which no version is."""
    text = str(value).removeprefix("v") if isinstance(value, str | float | int) and not isinstance(value, bool) else ""
    major, _, minor = text.partition(".")
    minor = minor.partition(".")[0]
    if major == "1" and minor.isdecimal() and OLDEST <= int(minor) <= NEWEST:
        return int(minor)
    hint = f'put it in quotes: "{text}0" is not the number {text}' if isinstance(value, float) and len(minor) == 1 else ""
    raise WrongValue(f'Kubernetes version "{value}" cannot be simulated: 1.{OLDEST} to 1.{NEWEST} can', hint)


def _not_positive(value: object) -> object:
    moment_ms = leaves.as_signed_duration_ms(value)
    if not isinstance(moment_ms, int) or moment_ms > 0:
        raise WrongValue("must be at or before 0s: the kubelet runs when the scenario starts", f"write it like -{value}")
    return moment_ms


_NODE_IMAGE = struct(
    "an image on the node",
    {
        "image": TEXT,
        "size": BYTES,
        "unpacked": BYTES,
        "pinned": BOOL,
        "lastUsed": DURATION,
        "firstDetected": DURATION,
    },
)
_REGISTRY_IMAGE = struct(
    "an image of the registry",
    {
        "image": TEXT,
        "size": BYTES,
        "layers": list_of(BYTES),
        "unpacked": BYTES,
        "bandwidth": RATE,
        "error": struct("an error of the registry", {"reason": actions.REGISTRY_REASON, "until": DURATION}),
    },
)
_NODE = struct(
    "the node",
    {
        "name": TEXT,
        "capacity": map_of(QUANTITY),
        "labels": map_of(TEXT),
        "filesystems": struct(
            "filesystems",
            dict.fromkeys(_FILESYSTEMS, struct("a filesystem", {"capacity": BYTES, "used": BYTES, "inodes": BYTES, "inodesUsed": BYTES})),
        ),
        "link": struct("the link to the registry", {"bandwidth": RATE, "latency": DURATION}),
        "kubeletStartedAt": leaf(SIGNED_DURATION.words, _not_positive),
        "runtime": struct(
            "the runtime",
            {
                "sandboxCreate": DURATION,
                "containerCreate": DURATION,
                "containerStart": DURATION,
                "sandboxStop": DURATION,
                "unpack": RATE,
                "maxConcurrentDownloads": leaves.between(1, 1000),
            },
        ),
        "images": list_of(_NODE_IMAGE),
    },
)
SCENARIO = struct(
    "a Scenario",
    {
        "apiVersion": TEXT,
        "kind": TEXT,
        "metadata": struct("metadata", {"name": TEXT, "labels": map_of(TEXT), "annotations": map_of(TEXT), "namespace": TEXT}),
        "spec": struct(
            "a scenario's spec",
            {
                "title": TEXT,
                "description": TEXT,
                "kubernetes": leaf('a Kubernetes version in quotes, such as "1.36"', minor_version),
                "seed": leaves.between(0, 2**63 - 1),
                "until": DURATION,
                "jitter": BOOL,
                "validation": leaves.one_of("strict", "lenient"),
                "node": _NODE,
                "registry": struct("the registry", {"defaultSize": BYTES, "images": list_of(_REGISTRY_IMAGE)}),
                "behaviors": map_of(behaviors.BEHAVIOR),
                "actions": list_of(actions.ACTION),
            },
            hints={"behaviours": 'did you mean "behaviors"?', "version": 'did you mean "kubernetes"?'},
        ),
    },
)


def findings(spec: Fields, path: Path) -> Iterator[Finding]:
    """What the form alone cannot say."""
    for key, behavior in spec.get("behaviors", {}).items():
        yield from behaviors.findings(behavior, (*path, "behaviors", Key(key)))
    for index, action in enumerate(spec.get("actions", ())):
        yield from actions.findings(action, (*path, "actions", index))
    if len(spec.get("actions", ())) > MAX_ACTIONS:
        yield Finding((*path, "actions"), f"more than {MAX_ACTIONS} actions")
    node = spec.get("node", {})
    for place, image_list in (("node", node.get("images", ())), ("registry", spec.get("registry", {}).get("images", ()))):
        for index, image in enumerate(image_list):
            if not image.get("image"):
                yield Finding((*path, place, "images", index, "image"), "Required value")
    yield from _filesystem_findings(node.get("filesystems", {}), (*path, "node", "filesystems"))
    until_ms = spec.get("until")
    if until_ms is not None and until_ms > MAX_UNTIL_MS:
        yield Finding((*path, "until"), "must be at most 366 days")


def _filesystem_findings(filesystems: Fields, path: Path) -> Iterator[Finding]:
    if filesystems and "nodefs" not in filesystems:
        yield Finding((*path, "nodefs"), "Required value", "a node has nodefs; imagefs and containerfs may come on top")
    if "containerfs" in filesystems and "imagefs" not in filesystems:
        yield Finding((*path, "imagefs"), "Required value", "containerfs goes with imagefs")
    for name, filesystem in filesystems.items():
        if filesystem.get("used", 0) > filesystem.get("capacity", _DEFAULT_CAPACITY_BYTES):
            yield Finding((*path, name, "used"), "must be at most the capacity")


def node_of(node: Fields) -> Node:
    """The node of a clean document."""
    default = Node()
    link = node.get("link", {})
    return Node(
        name=node.get("name") or default.name,
        capacity={**default.capacity, **{name: _amount(name, text) for name, text in node.get("capacity", {}).items()}},
        labels=node.get("labels", {}),
        filesystems={name: _filesystem(node["filesystems"][name]) for name in _FILESYSTEMS if name in node["filesystems"]}
        if node.get("filesystems")
        else default.filesystems,
        link_bandwidth_bytes_per_second=link.get("bandwidth", default.link_bandwidth_bytes_per_second),
        link_latency_ms=link.get("latency", default.link_latency_ms),
        kubelet_started_at_ms=node.get("kubeletStartedAt", default.kubelet_started_at_ms),
        runtime=_runtime(node.get("runtime", {})),
        images=tuple(_node_image(image) for image in node.get("images", ())),
    )


def _amount(name: str, text: str) -> int:
    return quantity_millicores(text) if name == "cpu" else quantity_bytes(text)


def _filesystem(filesystem: Fields) -> Filesystem:
    default = Filesystem(capacity_bytes=filesystem.get("capacity", _DEFAULT_CAPACITY_BYTES))
    return Filesystem(
        capacity_bytes=default.capacity_bytes,
        used_bytes=filesystem.get("used", default.used_bytes),
        inodes=filesystem.get("inodes", default.inodes),
        inodes_used=filesystem.get("inodesUsed", default.inodes_used),
    )


def _runtime(runtime: Fields) -> RuntimeCosts:
    default = RuntimeCosts()
    return RuntimeCosts(
        sandbox_create_ms=runtime.get("sandboxCreate", default.sandbox_create_ms),
        container_create_ms=runtime.get("containerCreate", default.container_create_ms),
        container_start_ms=runtime.get("containerStart", default.container_start_ms),
        sandbox_stop_ms=runtime.get("sandboxStop", default.sandbox_stop_ms),
        unpack_bytes_per_second=runtime.get("unpack", default.unpack_bytes_per_second),
        max_concurrent_downloads=runtime.get("maxConcurrentDownloads", default.max_concurrent_downloads),
    )


def _node_image(image: Fields) -> NodeImage:
    return NodeImage(
        image=image["image"],
        size_bytes=image.get("size", Registry().default_size_bytes),
        unpacked_bytes=image.get("unpacked"),
        pinned=image.get("pinned", False),
        last_used_ago_ms=image.get("lastUsed"),
        first_detected_ago_ms=image.get("firstDetected"),
    )


def registry_of(registry: Fields) -> Registry:
    """The registry of a clean document. An image without a size has that of its layers, else the default."""
    default_size_bytes = registry.get("defaultSize", Registry().default_size_bytes)
    return Registry(
        default_size_bytes=default_size_bytes,
        images=tuple(
            RegistryImage(
                image=image["image"],
                size_bytes=image.get("size", sum(image.get("layers", ())) or default_size_bytes),
                layers_bytes=tuple(image.get("layers", ())),
                unpacked_bytes=image.get("unpacked"),
                bandwidth_bytes_per_second=image.get("bandwidth"),
                error=actions.registry_error(image["error"]) if "error" in image else None,
            )
            for image in registry.get("images", ())
        ),
    )
