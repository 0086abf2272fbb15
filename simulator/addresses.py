"""Which pods and containers does an address mean?

A pod is addressed by its name, `namespace/name`, or by the controller that made it: `Kind/name` (all of its pods), `Kind/name#2` (the second). A container's
address is a pod's, a slash and the container's name. Contract, section 3.
"""

from __future__ import annotations

from simulator.pod import Pod


def pod_addresses(pod: Pod) -> tuple[str, ...]:
    """Everything this pod answers to, its own names first."""
    owner = pod.owner
    own = (pod.key, pod.name)
    return own if owner is None else (*own, f"{owner.kind}/{owner.name}#{owner.ordinal}", f"{owner.kind}/{owner.name}")


def split_container(address: str) -> tuple[str, str]:
    """`web/app` to (`web`, `app`); a container's name alone has an empty pod."""
    pod, _, container = address.rpartition("/")
    return pod, container


def container_addresses(pod: Pod, container_name: str) -> tuple[str, ...]:
    """Every key of `behaviors` that means this container, the most specific first: `pod/container`, `*/container`, a container's name."""
    return (*(f"{address}/{container_name}" for address in pod_addresses(pod)), f"*/{container_name}", container_name)
