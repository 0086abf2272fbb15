"""Are a pod's placement, DNS and host names ones that the API server accepts? Rules 74 and 79 to 84."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.messages import duplicate, forbidden, invalid, not_supported, required, too_long
from simulator.manifest.validation.names import label_findings, label_value_messages, labels_findings, qualified_name_messages, subdomain_findings
from simulator.versions import Version

Fields = dict[str, Any]
_DNS_POLICIES = ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
_EFFECTS = ("NoExecute", "NoSchedule", "PreferNoSchedule")
_MAX_HOSTNAME = 64


def placement_findings(spec: Fields, path: Path, version: Version) -> Iterator[Finding]:
    """`nodeName`, `schedulingGates`, `nodeSelector`, `tolerations`."""
    gates = spec.get("schedulingGates", [])
    if spec.get("nodeName") and gates:
        yield forbidden((*path, "nodeName"), "cannot be set until all schedulingGates have been cleared")
    seen: set[str] = set()
    for index, gate in enumerate(gates):
        name = gate.get("name", "")
        for message in qualified_name_messages(name):
            yield invalid((*path, "schedulingGates", index), name, message)
        if name in seen:
            yield duplicate((*path, "schedulingGates", index), name)
        seen.add(name)
    yield from labels_findings(spec.get("nodeSelector", {}), (*path, "nodeSelector"))
    for index, toleration in enumerate(spec.get("tolerations", ())):
        yield from _toleration(toleration, (*path, "tolerations", index), version)


def _toleration(toleration: Fields, path: Path, version: Version) -> Iterator[Finding]:
    key, operator, value, effect = (toleration.get(name, "") for name in ("key", "operator", "value", "effect"))
    if key:
        for message in qualified_name_messages(key):
            yield invalid((*path, "key"), key, message)
    elif operator != "Exists":
        yield invalid((*path, "operator"), operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"')
    if "tolerationSeconds" in toleration and effect != "NoExecute":
        yield invalid((*path, "effect"), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    compares = ("Gt", "Lt") if version.on("TaintTolerationComparisonOperators") else ()
    match operator:
        case "" | "Equal":
            for message in label_value_messages(value):
                yield invalid((*path, "operator"), value, message)
        case "Exists":
            if value:
                yield invalid((*path, "operator"), toleration, "value must be empty when `operator` is 'Exists'")
        case _ if operator not in compares:
            yield not_supported((*path, "operator"), operator, ("Equal", "Exists", *compares))
    if effect and effect not in _EFFECTS:
        yield not_supported((*path, "effect"), effect, _EFFECTS)


def network_findings(spec: Fields, path: Path) -> Iterator[Finding]:
    """DNS, host names and host aliases."""
    policy, config = spec["dnsPolicy"], spec.get("dnsConfig")
    if policy not in _DNS_POLICIES:
        yield not_supported((*path, "dnsPolicy"), policy, _DNS_POLICIES)
    if policy == "None" and config is None:
        yield required((*path, "dnsConfig"), "must provide `dnsConfig` when `dnsPolicy` is None")
    elif policy == "None" and config is not None and not config.get("nameservers"):
        yield required((*path, "dnsConfig", "nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None")
    for name in ("hostname", "subdomain"):
        if spec.get(name):
            yield from label_findings(spec[name], (*path, name))
    for index, alias in enumerate(spec.get("hostAliases", ())):
        here = (*path, "hostAliases", index)
        if not _is_ip(alias.get("ip", "")):
            yield invalid((*here, "ip"), alias.get("ip", ""), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")
        for number, hostname in enumerate(alias.get("hostnames", ())):
            yield from subdomain_findings(hostname, (*here, "hostnames", number))
    yield from _hostname_override(spec, path)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _hostname_override(spec: Fields, path: Path) -> Iterator[Finding]:
    name = spec.get("hostnameOverride")
    if name is None:
        return
    here = (*path, "hostnameOverride")
    if spec.get("setHostnameAsFQDN"):
        yield forbidden(here, "may not be specified when `setHostnameAsFQDN` is true")
    if spec.get("hostNetwork"):
        yield forbidden(here, "may not be specified when `hostNetwork` is true")
    if len(name) > _MAX_HOSTNAME:
        yield too_long(here, _MAX_HOSTNAME)
    yield from subdomain_findings(name, here)
