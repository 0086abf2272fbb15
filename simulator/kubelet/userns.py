"""Which host ids has a pod with `hostUsers: false`? A block of its own out of the node's range.

Kubernetes 1.36: pkg/kubelet/userns/userns_manager.go; the block is chosen like an allocator's (pkg/registry/core/service/allocator): a random start, then the
next free one.
"""

from __future__ import annotations

from collections.abc import Callable

BLOCK_UNIT = 65_536
"""userNamespaces.idsPerPod is a multiple of it, and it is the default."""
ALL_IDS = 1 << 32


class UsernsError(Exception):
    """The kubelet does not start, or the sandbox is not made; its text."""


class UsernsManager:
    """The blocks of one node; they are kept on disk, so they outlive the kubelet's process."""

    def __init__(
        self,
        max_pods: int,
        *,
        ids_per_pod: int = BLOCK_UNIT,
        mapping: tuple[int, int] | None = None,
        draw: Callable[[str, int], int] = lambda uid, blocks: 0,
    ) -> None:
        """`mapping`: (first id, length) of the user `kubelet`; None: all ids but the host's own. `draw` gives the first block that is tried.

        Raises UsernsError.
        """
        if ids_per_pod <= 0 or ids_per_pod % BLOCK_UNIT or ids_per_pod >= ALL_IDS:
            raise UsernsError(f"idsPerPod {ids_per_pod} must be a multiple of {BLOCK_UNIT} and less than {ALL_IDS}")
        first, length = mapping if mapping is not None else (ids_per_pod, ALL_IDS - ids_per_pod)
        if first % ids_per_pod or first < ids_per_pod:
            raise UsernsError(f"the first id {first} must be a multiple of {ids_per_pod}, and not below it")
        if length % ids_per_pod:
            raise UsernsError(f"the length {length} of the range must be a multiple of {ids_per_pod}")
        self.blocks = length // ids_per_pod
        if self.blocks < max_pods:
            raise UsernsError(f"the range has room for {self.blocks} pods, and maxPods is {max_pods}")
        self.ids_per_pod = ids_per_pod
        self._first = first
        self._draw = draw
        self._used: dict[str, int] = {}
        """Pod uid to the number of its block."""

    def allocate(self, uid: str) -> int:
        """The first host id of the pod's block; the same one as long as the pod is on the node. Raises UsernsError when none is free."""
        if uid not in self._used:
            taken = set(self._used.values())
            if len(taken) >= self.blocks:
                raise UsernsError("could not find an empty slot to allocate a user namespace")
            block = self._draw(uid, self.blocks) % self.blocks
            while block in taken:
                block = (block + 1) % self.blocks
            self._used[uid] = block
        return self._first + self._used[uid] * self.ids_per_pod

    def release(self, uid: str) -> None:
        """The pod's directory is cleaned up."""
        self._used.pop(uid, None)

    @property
    def free(self) -> int:
        """Blocks that nobody has."""
        return self.blocks - len(self._used)


def mode_of(host_users: bool | None, *, runtime_supports: bool) -> str:
    """The sandbox's user namespace: NODE or POD. Raises UsernsError where the runtime cannot."""
    if host_users in (None, True):
        return "NODE"
    if not runtime_supports:
        raise UsernsError("can't set `spec.hostUsers: false`, runtime does not support user namespaces")
    return "POD"
