"""What does a relist find? lifecycle.md, section 3.3."""

from __future__ import annotations

import pytest

from simulator.cri import CriPodStatus
from simulator.kubelet.pleg import compare
from tests.simulator.pods import DEAD_SANDBOX, READY_SANDBOX, created, exited, running, shown, unknown

EMPTY = CriPodStatus()
STARTED, DIED, REMOVED = "ContainerStarted", "ContainerDied", "ContainerRemoved"


def bare(*containers: object) -> CriPodStatus:
    """Without a sandbox."""
    return CriPodStatus(containers=containers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param(EMPTY, bare(running("app", 5)), [(STARTED, "app")], id="a new instance runs"),
        pytest.param(bare(running("app", 5)), bare(exited("app", 0, 5)), [(DIED, "app")], id="a running one has ended"),
        pytest.param(EMPTY, bare(exited("app", 1, 5)), [(DIED, "app")], id="started and ended between two relists: only the death is seen"),
        pytest.param(EMPTY, bare(created("app", 5)), [], id="created is nothing yet"),
        pytest.param(bare(running("app", 5)), bare(unknown("app", 5)), [], id="unknown is nothing either"),
        pytest.param(bare(running("app", 5)), EMPTY, [(DIED, "app"), (REMOVED, "app")], id="a running one has vanished: died and removed"),
        pytest.param(bare(exited("app", 0, 5)), EMPTY, [(REMOVED, "app")], id="a dead one has vanished: only removed"),
        pytest.param(bare(running("app", 5)), bare(running("app", 5)), [], id="nothing has changed"),
        pytest.param(
            bare(running("app", 5)), bare(running("app", 6), exited("app", 1, 5)), [(DIED, "app"), (STARTED, "app")], id="killed and started again in one sync"
        ),
        pytest.param(EMPTY, shown(sandboxes=(READY_SANDBOX,)), [(STARTED, "sandbox")], id="a sandbox counts as a container"),
        pytest.param(shown(sandboxes=(READY_SANDBOX,)), shown(sandboxes=(DEAD_SANDBOX,)), [(DIED, "sandbox")], id="a sandbox has stopped"),
    ],
)
def test_what_a_relist_finds(old: CriPodStatus, new: CriPodStatus, found: list[tuple[str, str]]) -> None:
    assert [(event.kind, event.object) for event in compare(old, new)] == found
