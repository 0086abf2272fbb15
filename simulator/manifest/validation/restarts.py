"""Are a container's own restart policy and restart rules ones that the API server accepts? Rules 13 to 22, 24 and 25."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.messages import forbidden, invalid, not_supported, required, too_many
from simulator.versions import Version

Fields = dict[str, Any]
_POLICIES = ("Always", "Never", "OnFailure")
_MAX_RULES = 20
_MAX_EXIT_CODES = 255


def restart_findings(container: Fields, path: Path, version: Version, *, is_init: bool) -> Iterator[Finding]:
    """The container's `restartPolicy` and `restartPolicyRules`."""
    policy = container.get("restartPolicy")
    rules = container.get("restartPolicyRules", [])
    if not version.on("ContainerRestartRules"):
        yield from _policy_of_old(policy, (*path, "restartPolicy"), version, is_init=is_init)
        return
    if policy is not None and policy not in _POLICIES:
        yield not_supported((*path, "restartPolicy"), policy, _POLICIES)
    if policy is None and rules:
        yield required((*path, "restartPolicy"), "must specify restartPolicy when restart rules are used")
    all_containers = version.on("RestartAllContainersOnContainerExits")
    if rules and is_init and policy == "Always" and not all_containers:
        yield forbidden((*path, "restartPolicyRules"), "restartPolicyRules are not allowed for init containers with restart policy Always")
    if len(rules) > _MAX_RULES:
        yield too_many((*path, "restartPolicyRules"), len(rules), _MAX_RULES)
    for index, rule in enumerate(rules):
        yield from _rule(rule, (*path, "restartPolicyRules", index), all_containers=all_containers)


def _policy_of_old(policy: str | None, path: Path, version: Version, *, is_init: bool) -> Iterator[Finding]:
    """Before ContainerRestartRules only an init container could have one, and only Always: that made it a sidecar."""
    hint = f"allowed from Kubernetes 1.35 on, or with the feature gate ContainerRestartRules in 1.34; this is 1.{version.minor}"
    if policy is None:
        return
    if not is_init:
        yield forbidden(path, "may not be set for non-init containers", "a sidecar belongs under initContainers" if policy == "Always" else hint)
    elif policy != "Always":
        finding = not_supported(path, policy, ("Always",))
        yield Finding(path, finding.message, hint if policy in _POLICIES else finding.hint)


def _rule(rule: Fields, path: Path, *, all_containers: bool) -> Iterator[Finding]:
    actions = ("Restart", "RestartAllContainers") if all_containers else ("Restart",)
    if rule.get("action", "") not in actions:
        yield not_supported((*path, "action"), rule.get("action", ""), actions)
    codes = rule.get("exitCodes")
    if codes is None:
        yield required((*path, "exitCodes"), "must be specified")
        return
    if codes.get("operator", "") not in ("In", "NotIn"):
        yield not_supported((*path, "exitCodes", "operator"), codes.get("operator", ""), ("In", "NotIn"))
    if len(codes.get("values", [])) > _MAX_EXIT_CODES:
        yield too_many((*path, "exitCodes", "values"), len(codes["values"]), _MAX_EXIT_CODES)


def resize_findings(container: Fields, path: Path, pod_policy: str, version: Version, *, is_regular_init: bool) -> Iterator[Finding]:
    """`resizePolicy`: a restart needs a container that may restart."""
    for index, entry in enumerate(container.get("resizePolicy", ())):
        here = (*path, "resizePolicy", index)
        if entry.get("resourceName", "") not in ("cpu", "memory"):
            yield not_supported((*here, "resourceName"), entry.get("resourceName", ""), ("cpu", "memory"))
        policy = entry.get("restartPolicy", "")
        if policy not in ("NotRequired", "RestartContainer"):
            yield not_supported((*here, "restartPolicy"), policy, ("NotRequired", "RestartContainer"))
        elif policy == "RestartContainer" and is_regular_init and version.minor >= 36:
            yield invalid((*here, "restartPolicy"), policy, "must not be set to 'RestartContainer' for non-sidecar initContainers")
        elif policy == "RestartContainer" and pod_policy == "Never":
            yield invalid((*path, "resizePolicy"), policy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'")
