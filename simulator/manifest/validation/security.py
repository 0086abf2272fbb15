"""Are the security settings of pod and containers ones that the API server accepts? Rules 67 to 71."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.messages import forbidden, invalid
from simulator.versions import Version

Fields = dict[str, Any]
_MAX_ID = 2_147_483_647
_ID_RANGE = f"must be between 0 and {_MAX_ID}, inclusive"
_USER_NAMESPACE = "when `hostUsers` is false"


def pod_security_findings(spec: Fields, path: Path, version: Version) -> Iterator[Finding]:
    """`spec.securityContext` and the host namespaces. The capitals of HostPID and HostIPC are upstream's."""
    security = spec.get("securityContext", {})
    here = (*path, "securityContext")
    yield from _ids(security, ("runAsUser", "runAsGroup", "fsGroup"), here)
    for index, group in enumerate(security.get("supplementalGroups", ())):
        if not 0 <= group <= _MAX_ID:
            yield invalid((*here, "supplementalGroups", index), group, _ID_RANGE)
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        yield invalid((*here, "shareProcessNamespace"), True, "ShareProcessNamespace and HostPID cannot both be enabled")
    if spec.get("hostUsers", True):
        return
    if spec.get("hostNetwork") and not version.on("UserNamespacesHostNetworkSupport"):
        yield forbidden((*path, "hostNetwork"), _USER_NAMESPACE)
    if spec.get("hostPID"):
        yield forbidden((*path, "HostPID"), _USER_NAMESPACE)
    if spec.get("hostIPC"):
        yield forbidden((*path, "HostIPC"), _USER_NAMESPACE)


def container_security_findings(container: Fields, path: Path, *, host_users: bool) -> Iterator[Finding]:
    """A container's `securityContext`, and its raw devices."""
    security = container.get("securityContext", {})
    here = (*path, "securityContext")
    yield from _ids(security, ("runAsUser", "runAsGroup"), here)
    if security.get("allowPrivilegeEscalation") is False:
        if security.get("privileged"):
            yield invalid(here, security, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true")
        if "CAP_SYS_ADMIN" in security.get("capabilities", {}).get("add", ()):
            yield invalid(here, security, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN")
    if not host_users and container.get("volumeDevices"):
        yield forbidden((*path, "volumeDevices"), _USER_NAMESPACE)


def _ids(security: Fields, names: tuple[str, ...], path: Path) -> Iterator[Finding]:
    for name in names:
        value = security.get(name)
        if value is not None and not 0 <= value <= _MAX_ID:
            yield invalid((*path, name), value, _ID_RANGE)
