"""What is done from outside while a run is open, on what can it be done, and how does the text say it? For the page's buttons and its list of actions."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

import simulator
from nodeviz.scenarios.questions import Form, about_a_text, refuse_if

PROBES = ("startup", "readiness", "liveness")


@about_a_text
def intervene(text: str, form: Form) -> Form:
    """The text, its actions and what they may be done on. To change it: `action` as in the contract is appended, the one at the index `remove` taken out."""
    refuse_if(wrong_form(form))
    if form.get("remove") is not None:
        text = simulator.without_action(text, form["remove"])
    if form.get("action") is not None:
        text = simulator.with_action(text, form["action"])
    return {"text": text, "actions": simulator.actions_in(text), "targets": targets_in(simulator.load({"": text}))}


def wrong_form(form: Form) -> tuple[simulator.Problem, ...]:
    """What is not as `intervene` says."""
    action, remove = form.get("action"), form.get("remove")
    if action is not None and not isinstance(action, dict):
        return (simulator.Problem(path="action", message=_("must be a map with a moment and a verb, or null")),)
    if remove is not None and (not isinstance(remove, int) or isinstance(remove, bool)):
        return (simulator.Problem(path="remove", message=_("must be the index of an action, or null")),)
    return ()


def targets_in(scenario: simulator.Scenario) -> dict[str, Any]:
    """What actions may name, in the words that they take."""
    pods = [*scenario.pods, *(action.pod for action in scenario.actions if action.pod and action.pod not in scenario.pods)]
    answers = Counter(address for pod in pods for address in simulator.pod_addresses(pod))
    images = {container.image for pod in pods for container in pod.all_containers()} | {image.image for image in scenario.node.images}
    return {
        "pods": [_pod(pod, answers) for pod in pods],
        "filesystems": list(scenario.node.filesystems),
        "images": sorted(images),
        "node": "node",
        "manual": _waiting(scenario, answers),
    }


def _waiting(scenario: simulator.Scenario, answers: Counter[str]) -> list[str]:
    """What the text has for an action to apply, as `apply` names it. Controllers of one name in several namespaces have one name there."""
    pods = [_address(pod, answers) for pod in scenario.pods if pod.owner is None and pod.apply_manually]
    return [*pods, *dict.fromkeys(f"{workload.kind}/{workload.name}" for workload in scenario.workloads if workload.template.apply_manually)]


def _address(pod: Any, answers: Counter[str]) -> str:
    """The name that a person would write, if no other pod answers to it; else the one with the namespace.

    A pod made by a controller goes by the controller's name and a number: its own name is made up, and its successor has another.
    """
    key, name, *controlled = simulator.pod_addresses(pod)
    wanted = controlled[0] if controlled else name
    return wanted if answers[wanted] == 1 else key


def _pod(pod: Any, answers: Counter[str]) -> dict[str, Any]:
    return {"address": _address(pod, answers), "key": pod.key, "gracePeriodSeconds": pod.termination_grace_period_seconds, "containers": _containers(pod)}


def _containers(pod: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": container.name,
            "type": str(container.container_type),
            "image": container.image,
            "probes": [name for name in PROBES if getattr(container, f"{name}_probe") is not None],
        }
        for container in pod.all_containers()
    ]
