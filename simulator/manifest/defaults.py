"""Which values does the API server fill in?

pkg/apis/core/v1/defaults.go (1.36). The functions complete a clean copy in place; the person's document stays as it is.
"""

from __future__ import annotations

from typing import Any

from simulator.image_names import default_pull_policy

Fields = dict[str, Any]
CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
VOLUME_COMMON = frozenset({"name"})
DEFAULT_GRACE_PERIOD_SECONDS = 30


def default_pod_spec(spec: Fields) -> None:
    """A pod's spec, wherever it stands."""
    _fill(spec, "restartPolicy", "Always")
    _fill(spec, "dnsPolicy", "ClusterFirst")
    _fill(spec, "schedulerName", "default-scheduler")
    spec.setdefault("enableServiceLinks", True)
    spec.setdefault("securityContext", {})
    grace = spec.setdefault("terminationGracePeriodSeconds", DEFAULT_GRACE_PERIOD_SECONDS)
    if grace < 0:
        # pkg/registry/core/pod/strategy.go: a negative period silently becomes one second.
        spec["terminationGracePeriodSeconds"] = 1
    for list_name in CONTAINER_LISTS:
        for container in spec.get(list_name, ()):
            _default_container(container, is_ephemeral=list_name == "ephemeralContainers")
    if spec.get("hostNetwork"):
        _default_host_ports(spec)
    for volume in spec.get("volumes", ()):
        _default_volume(volume)


def _fill(fields: Fields, name: str, value: object) -> None:
    """Where the API cannot tell an empty value from none."""
    if not fields.get(name):
        fields[name] = value


def _default_container(container: Fields, *, is_ephemeral: bool) -> None:
    _fill(container, "terminationMessagePath", "/dev/termination-log")
    _fill(container, "terminationMessagePolicy", "File")
    _fill(container, "imagePullPolicy", str(default_pull_policy(container.get("image", ""))))
    for port in container.get("ports", ()):
        _fill(port, "protocol", "TCP")
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if probe in container:
            _default_probe(container[probe])
    for hook in ("postStart", "preStop"):
        handler = container.get("lifecycle", {}).get(hook)
        if handler is not None and "httpGet" in handler:
            _default_http_get(handler["httpGet"])
    if not is_ephemeral:
        _default_requests(container)
    for variable in container.get("env", ()):
        field_ref = variable.get("valueFrom", {}).get("fieldRef")
        if field_ref is not None:
            field_ref.setdefault("apiVersion", "v1")


def _default_probe(probe: Fields) -> None:
    """Zero means the default as well, save for the initial delay."""
    for name, value in (("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)):
        _fill(probe, name, value)
    probe.setdefault("initialDelaySeconds", 0)
    if "httpGet" in probe:
        _default_http_get(probe["httpGet"])
    if "grpc" in probe:
        probe["grpc"].setdefault("service", "")


def _default_http_get(http_get: Fields) -> None:
    _fill(http_get, "path", "/")
    _fill(http_get, "scheme", "HTTP")


def _default_requests(container: Fields) -> None:
    """A limit without a request is the request."""
    limits = container.get("resources", {}).get("limits")
    if limits:
        requests = container["resources"].setdefault("requests", {})
        for name, value in limits.items():
            requests.setdefault(name, value)


def _default_host_ports(spec: Fields) -> None:
    for list_name in ("containers", "initContainers"):
        for container in spec.get(list_name, ()):
            for port in container.get("ports", ()):
                if not port.get("hostPort") and "containerPort" in port:
                    port["hostPort"] = port["containerPort"]


_VOLUME_MODES = ("secret", "configMap", "downwardAPI", "projected")


def _default_volume(volume: Fields) -> None:
    if not set(volume) - VOLUME_COMMON:
        volume["emptyDir"] = {}
    for kind in _VOLUME_MODES:
        if kind in volume:
            volume[kind].setdefault("defaultMode", 0o644)
    if "image" in volume:
        _fill(volume["image"], "pullPolicy", str(default_pull_policy(volume["image"].get("reference", ""))))
    if "hostPath" in volume:
        volume["hostPath"].setdefault("type", "")
