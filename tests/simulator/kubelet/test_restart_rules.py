"""May an ended container start again? lifecycle.md, section 6."""

from __future__ import annotations

import pytest

from simulator.cri import CriPodStatus
from simulator.kubelet.restart import can_ever_run_again, restarts_all, should_be_restarted, should_restart_after
from simulator.pod import Container, RestartPolicy
from tests.simulator.pods import ALWAYS, NEVER, ON_FAILURE, created, exited, init, main, pod, rule, running, shown, sidecar, unknown


@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize(
    ("policy", "after_success", "after_failure"),
    [pytest.param(ALWAYS, True, True, id="Always"), pytest.param(ON_FAILURE, False, True, id="OnFailure"), pytest.param(NEVER, False, False, id="Never")],
)
def test_the_pods_policy_decides_for_a_main(policy: RestartPolicy, after_success: bool, after_failure: bool, code: int) -> None:
    assert should_restart_after(pod(main(), policy=policy), main(), code) is (after_failure if code else after_success)


@pytest.mark.parametrize("policy", list(RestartPolicy))
@pytest.mark.parametrize("code", [0, 1, 137])
def test_a_sidecar_always_starts_again(policy: RestartPolicy, code: int) -> None:
    assert should_restart_after(pod(sidecar(), main(), policy=policy), sidecar(), code)


RETRY_42 = main(restart_policy=NEVER, restart_policy_rules=(rule(42),))
RETRY_ALL_BUT_1 = main(restart_policy=NEVER, restart_policy_rules=(rule(1, operator="NotIn"),))
TWO_RULES = main(restart_policy=NEVER, restart_policy_rules=(rule(42, 43), rule(43, action="RestartAllContainers")))


@pytest.mark.parametrize(
    ("container", "pod_policy", "code", "again"),
    [
        pytest.param(main(restart_policy=NEVER), ALWAYS, 1, False, id="the container's own policy wins over the pod's"),
        pytest.param(main(restart_policy=ALWAYS), NEVER, 0, True, id="a container may be restarted in a pod that is not"),
        pytest.param(main(restart_policy=ON_FAILURE), NEVER, 0, False, id="its own OnFailure leaves a success alone"),
        pytest.param(RETRY_42, NEVER, 42, True, id="a rule that matches restarts it"),
        pytest.param(RETRY_42, NEVER, 1, False, id="no rule matches: the policy decides"),
        pytest.param(RETRY_ALL_BUT_1, NEVER, 2, True, id="NotIn matches every other code"),
        pytest.param(RETRY_ALL_BUT_1, NEVER, 1, False, id="NotIn does not match its own codes"),
        pytest.param(main(restart_policy_rules=(rule(42),)), NEVER, 42, False, id="rules without a policy of its own are not looked at"),
    ],
)
def test_rules_and_policies_of_a_container(container: Container, pod_policy: RestartPolicy, code: int, again: bool) -> None:
    assert should_restart_after(pod(container, policy=pod_policy), container, code) is again


@pytest.mark.parametrize(
    ("container", "code", "all_of_them"),
    [
        pytest.param(main(restart_policy=NEVER, restart_policy_rules=(rule(88, action="RestartAllContainers"),)), 88, True, id="its rule says so"),
        pytest.param(main(restart_policy=NEVER, restart_policy_rules=(rule(88, action="RestartAllContainers"),)), 1, False, id="another exit code"),
        pytest.param(TWO_RULES, 43, False, id="the first rule that matches wins"),
        pytest.param(main(restart_policy_rules=(rule(88, action="RestartAllContainers"),)), 88, False, id="no policy of its own"),
    ],
)
def test_an_exit_restarts_all_containers(container: Container, code: int, all_of_them: bool) -> None:
    assert restarts_all(container, code) is all_of_them


@pytest.mark.parametrize(
    ("status", "deleting", "expected"),
    [
        pytest.param(shown(), False, True, id="it never ran"),
        pytest.param(shown(created("app")), False, True, id="it was created, never started"),
        pytest.param(shown(unknown("app")), False, True, id="nobody knows what became of it"),
        pytest.param(shown(running("app")), False, False, id="it runs"),
        pytest.param(shown(exited("app", 1)), False, True, id="it failed"),
        pytest.param(shown(running("app"), exited("app", 1)), False, False, id="only the newest instance counts"),
        pytest.param(shown(), True, False, id="never once the pod has a deletionTimestamp"),
    ],
)
def test_shall_the_next_sync_start_it(status: CriPodStatus, deleting: bool, expected: bool) -> None:
    assert should_be_restarted(pod(main("app")), main("app"), status, deleting=deleting, container_rules=True) is expected


def test_before_container_rules_only_the_pods_policy_counts_even_for_sidecars() -> None:
    never = pod(sidecar("proxy"), main("app"), policy=NEVER)
    dead = shown(exited("proxy", 1))

    assert should_be_restarted(never, sidecar("proxy"), dead, deleting=False, container_rules=True)
    assert not should_be_restarted(never, sidecar("proxy"), dead, deleting=False, container_rules=False)


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        pytest.param(sidecar(), True, id="a sidecar, always"),
        pytest.param(main(), False, id="a main of a pod that is never restarted"),
        pytest.param(init(restart_policy=NEVER, restart_policy_rules=(rule(1),)), True, id="a container with a rule for the code"),
    ],
)
def test_are_its_probes_ever_needed_again_after_exit_1(container: Container, expected: bool) -> None:
    assert can_ever_run_again(pod(container, policy=NEVER), container, 1) is expected
