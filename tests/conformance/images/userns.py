"""Drives `userns`."""

from __future__ import annotations

from simulator.kubelet.userns import BLOCK_UNIT, UsernsError, UsernsManager, mode_of
from tests.conformance.case import BadCase, Case, Fields
from tests.conformance.images.steps import Seen


class Userns:
    """The manager of a node, and the mode of a sandbox."""

    def __init__(self, case: Case, minor: int) -> None:
        self.case = case
        self.node = case.fields.get("node") or {}
        self.manager: UsernsManager | None = None

    def do(self, action: Fields) -> Seen:
        try:
            return self._do(action)
        except UsernsError as error:
            return {"error": str(error), "mode": None}

    def _do(self, action: Fields) -> Seen:
        if action["do"] == "userns-for-sandbox":
            pod = self.case.fields["pods"][0]
            return {"mode": mode_of(pod["hostUsers"], runtime_supports=self.node["runtime_supports_userns"]), "error": None}
        if action["do"] == "start-userns-manager" or self.manager is None:
            mapping = self.node.get("kubelet_mapping")
            self.manager = UsernsManager(
                self.node.get("maxPods", 110),
                ids_per_pod=self.node.get("idsPerPod", BLOCK_UNIT),
                mapping=(mapping["first_id"], mapping["length"]) if mapping else None,
            )
        seen = {"error": None, "length": self.manager.ids_per_pod, "aligned_to": self.manager.ids_per_pod, "at_least": 0, "free": self.manager.free}
        match action["do"]:
            case "start-userns-manager":
                return seen
            case "allocate-userns":
                first = self.manager.allocate(action["pod"])
                return {**seen, "at_least": first, "free": self.manager.free}
            case "release-userns":
                self.manager.release(action["pod"])
                return {**seen, "free": self.manager.free}
            case other:
                raise BadCase(f"no action {other}")
