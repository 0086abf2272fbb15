"""How does a checked and defaulted pod document become a `Pod`?

Everything here trusts its input: types were checked by `shapes.conform`, rules by `validation`, defaults were filled in by `defaults`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.behavior import Behavior
from simulator.limits import MAX_EXPANSION_CHARACTERS
from simulator.manifest.defaults import VOLUME_COMMON
from simulator.manifest.nodes import Path
from simulator.pod import (
    Container,
    ContainerType,
    Handler,
    HandlerKind,
    Mark,
    ObjectRef,
    Pod,
    Probe,
    PullPolicy,
    Resources,
    RestartPolicy,
    RestartRule,
    Toleration,
    Volume,
    VolumeMount,
)
from simulator.units import quantity_bytes, quantity_millicores

Fields = Mapping[str, Any]
MarkOf = Callable[[Path], Mark]
"""The place of a path of the document."""

APPLY_ANNOTATION = "nodeviz.dev/apply"
BEHAVIOR_ANNOTATION = "behavior.nodeviz.dev/"
SYSTEM_PRIORITIES = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}


def pod_of(
    document: Fields,
    *,
    spec_path: Path,
    mark_of: MarkOf,
    name: str,
    uid: str,
    priorities: Mapping[str, int],
    behaviors: Mapping[str, Behavior],
) -> Pod:
    """`document` has `metadata` and `spec`: a pod, or a template of one; `spec_path` is where its spec stands in the text."""
    metadata, spec = document.get("metadata", {}), document.get("spec", {})
    annotations = metadata.get("annotations", {})
    namespace = metadata.get("namespace") or "default"
    env_facts = {
        "metadata.name": name,
        "metadata.namespace": namespace,
        "metadata.uid": uid,
        "spec.serviceAccountName": spec.get("serviceAccountName", "default"),
    }
    env_facts |= {f"metadata.labels['{key}']": value for key, value in metadata.get("labels", {}).items()}
    env_facts |= {f"metadata.annotations['{key}']": value for key, value in annotations.items()}

    def containers(list_name: str, type_of: Callable[[Fields], ContainerType]) -> tuple[Container, ...]:
        return tuple(
            container_of(item, type_of(item), spec, mark_of((*spec_path, list_name, index)), env_facts) for index, item in enumerate(spec.get(list_name, ()))
        )

    return Pod(
        name=name,
        uid=uid,
        namespace=namespace,
        labels=metadata.get("labels", {}),
        annotations=annotations,
        containers=containers("containers", lambda _: ContainerType.MAIN),
        init_containers=containers("initContainers", _init_type),
        ephemeral_containers=containers("ephemeralContainers", lambda _: ContainerType.EPHEMERAL),
        volumes=tuple(volume_of(volume) for volume in spec.get("volumes", ())),
        restart_policy=RestartPolicy(spec["restartPolicy"]),
        termination_grace_period_seconds=spec["terminationGracePeriodSeconds"],
        active_deadline_seconds=spec.get("activeDeadlineSeconds"),
        node_name=spec.get("nodeName", ""),
        host_network=spec.get("hostNetwork", False),
        host_pid=spec.get("hostPID", False),
        host_users=spec.get("hostUsers", True),
        priority=priority_of(spec, priorities),
        readiness_gates=tuple(gate.get("conditionType", "") for gate in spec.get("readinessGates", ())),
        scheduling_gates=tuple(gate.get("name", "") for gate in spec.get("schedulingGates", ())),
        finalizers=tuple(metadata.get("finalizers", ())),
        node_selector=spec.get("nodeSelector", {}),
        tolerations=tuple(
            Toleration(key=t.get("key", ""), operator=t.get("operator") or "Equal", value=t.get("value", ""), effect=t.get("effect", ""))
            for t in spec.get("tolerations", ())
        ),
        resources=resources_of(spec["resources"]) if "resources" in spec else None,
        overhead=amounts_of(spec.get("overhead", {})),
        os_name=spec.get("os", {}).get("name", ""),
        image_pull_secrets=tuple(secret.get("name", "") for secret in spec.get("imagePullSecrets", ())),
        behaviors=behaviors,
        apply_manually=annotations.get(APPLY_ANNOTATION) == "manual",
        mark=mark_of(spec_path[:-1]),
    )


def _init_type(container: Fields) -> ContainerType:
    return ContainerType.SIDECAR if container.get("restartPolicy") == "Always" else ContainerType.INIT


ASSUMED_PRIORITY = 1_000
"""Of a class whose object is not in the input: a class is made to set pods apart from the others, which have 0, and hardly ever below them."""


def priority_of(spec: Fields, priorities: Mapping[str, int]) -> int:
    """Written out (as in the API server's answer), or by class."""
    if "priority" in spec:
        return int(spec["priority"])
    class_name = spec.get("priorityClassName", "")
    unknown = ASSUMED_PRIORITY if class_name else 0
    return SYSTEM_PRIORITIES.get(class_name, priorities.get(class_name, unknown))


def container_of(container: Fields, container_type: ContainerType, spec: Fields, mark: Mark, env_facts: Mapping[str, str]) -> Container:
    """One entry of a container list."""
    security = {**spec.get("securityContext", {}), **container.get("securityContext", {})}
    lifecycle = container.get("lifecycle", {})
    expansion, env_refs = _environment(container, env_facts)
    restart_policy = container.get("restartPolicy")
    return Container(
        name=container.get("name", ""),
        image=container.get("image", ""),
        container_type=container_type,
        command=tuple(expansion.of(word) for word in container.get("command", ())),
        args=tuple(expansion.of(word) for word in container.get("args", ())),
        working_dir=container.get("workingDir", ""),
        env=tuple(expansion.env.items()),
        env_refs=env_refs,
        image_pull_policy=PullPolicy(container["imagePullPolicy"]),
        restart_policy=RestartPolicy(restart_policy) if restart_policy else None,
        restart_policy_rules=tuple(_rule_of(rule) for rule in container.get("restartPolicyRules", ())),
        startup_probe=_probe_of(container.get("startupProbe")),
        readiness_probe=_probe_of(container.get("readinessProbe")),
        liveness_probe=_probe_of(container.get("livenessProbe")),
        post_start=_handler_of(lifecycle.get("postStart")),
        pre_stop=_handler_of(lifecycle.get("preStop")),
        stop_signal=lifecycle.get("stopSignal", ""),
        resources=resources_of(container.get("resources", {})),
        volume_mounts=tuple(
            VolumeMount(name=m.get("name", ""), mount_path=m.get("mountPath", ""), sub_path=m.get("subPath", ""), read_only=m.get("readOnly", False))
            for m in container.get("volumeMounts", ())
        ),
        host_ports=tuple((port["protocol"], port["hostPort"]) for port in container.get("ports", ()) if port.get("hostPort")),
        termination_message_path=container["terminationMessagePath"],
        termination_message_policy=container["terminationMessagePolicy"],
        run_as_non_root=security.get("runAsNonRoot", False),
        run_as_user=security.get("runAsUser"),
        target_container_name=container.get("targetContainerName", ""),
        mark=mark,
    )


_REFERENCE = re.compile(r"\$(\$|\(([^)]*)\))")


@dataclass(slots=True)
class Expansion:
    """`$(NAME)` of known variables; `$$(NAME)` stays as `$(NAME)`. third_party/forked/golang/expansion.

    Variables that repeat each other grow exponentially; once the container has grown by MAX_EXPANSION_CHARACTERS, references stay as they are.
    """

    env: dict[str, str] = field(default_factory=dict)
    left: int = MAX_EXPANSION_CHARACTERS

    def of(self, text: str) -> str:
        """The text with its references replaced."""
        if "$" not in text:
            return text
        return _REFERENCE.sub(self._value, text)

    def _value(self, found: re.Match[str]) -> str:
        if found.group(1) == "$":
            return "$"
        value = self.env.get(found.group(2))
        if value is None or len(value) > self.left:
            return found.group(0)
        self.left -= len(value)
        return value


def _environment(container: Fields, facts: Mapping[str, str]) -> tuple[Expansion, tuple[ObjectRef, ...]]:
    """Variables with a value that is known here, and what the rest needs. A variable from a ConfigMap, a Secret or the pod's status has the empty value."""
    expansion = Expansion()
    refs: list[ObjectRef] = []
    for source in container.get("envFrom", ()):
        for name, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if name in source:
                refs.append(ObjectRef(kind=kind, name=source[name].get("name", ""), optional=source[name].get("optional", False)))
    for variable in container.get("env", ()):
        source = variable.get("valueFrom", {})
        field_path = source.get("fieldRef", {}).get("fieldPath", "")
        expansion.env[variable.get("name", "")] = facts.get(field_path, "") if source else expansion.of(variable.get("value", ""))
        for name, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            if name in source:
                ref = source[name]
                refs.append(ObjectRef(kind=kind, name=ref.get("name", ""), key=ref.get("key", ""), optional=ref.get("optional", False)))
    return expansion, tuple(refs)


def _rule_of(rule: Fields) -> RestartRule:
    codes = rule.get("exitCodes", {})
    return RestartRule(action=rule.get("action", ""), operator=codes.get("operator", ""), exit_codes=tuple(codes.get("values", ())))


def _probe_of(probe: Fields | None) -> Probe | None:
    handler = _handler_of(probe)
    if probe is None or handler is None:
        return None
    return Probe(
        handler=handler,
        initial_delay_seconds=probe["initialDelaySeconds"],
        period_seconds=probe["periodSeconds"],
        timeout_seconds=probe["timeoutSeconds"],
        success_threshold=probe["successThreshold"],
        failure_threshold=probe["failureThreshold"],
        termination_grace_period_seconds=probe.get("terminationGracePeriodSeconds"),
    )


def _handler_of(handler: Fields | None) -> Handler | None:
    for kind in HandlerKind:
        if handler is not None and str(kind) in handler:
            body = handler[str(kind)]
            return Handler(
                kind=kind,
                command=tuple(body.get("command", ())),
                seconds=body.get("seconds", 0),
                port=str(body.get("port", "")),
                path=body.get("path", ""),
                scheme=body.get("scheme", ""),
            )
    return None


def amounts_of(quantities: Mapping[str, str]) -> dict[str, int]:
    """Millicores for cpu, whole base units for everything else."""
    return {name: quantity_millicores(text) if name == "cpu" else quantity_bytes(text) for name, text in quantities.items()}


def resources_of(resources: Fields) -> Resources:
    """Of a container or of the pod."""
    return Resources(requests=amounts_of(resources.get("requests", {})), limits=amounts_of(resources.get("limits", {})))


def volume_of(volume: Fields) -> Volume:
    """The first type that is set; validation has refused a second one."""
    kind = next(key for key in volume if key not in VOLUME_COMMON)
    body = volume[kind]
    size_limit = body.get("sizeLimit") if kind == "emptyDir" else None
    policy = body.get("pullPolicy") if kind == "image" else None
    return Volume(
        name=volume.get("name", ""),
        kind=kind,
        refs=_volume_refs(kind, body),
        size_limit_bytes=quantity_bytes(size_limit) if size_limit is not None else None,
        in_memory=kind == "emptyDir" and body.get("medium") == "Memory",
        image=body.get("reference", "") if kind == "image" else "",
        pull_policy=PullPolicy(policy) if policy else PullPolicy.IF_NOT_PRESENT,
    )


def _volume_refs(kind: str, body: Fields) -> tuple[ObjectRef, ...]:
    if kind == "projected":
        return tuple(ref for source in body.get("sources", ()) for inner in source for ref in _volume_refs(inner, source[inner]))
    if kind not in ("configMap", "secret"):
        return ()
    object_kind = "ConfigMap" if kind == "configMap" else "Secret"
    name = body.get("name") or body.get("secretName", "")
    optional = body.get("optional", False)
    items: Sequence[Fields] = body.get("items", ())
    keys = [item.get("key", "") for item in items] or [None]
    return tuple(ObjectRef(kind=object_kind, name=name, key=key, optional=optional) for key in keys)
