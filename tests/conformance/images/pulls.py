"""Drives `image-pull`, `pull-queue`, `pull-credentials` and `image-ref`: the kubelet's image manager over a runtime that the case describes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Gate, Steps, Task
from simulator.feature_gates import enabled
from simulator.kubelet.backoff import BackoffPolicy
from simulator.kubelet.events import EventRecorder
from simulator.kubelet.image_manager import ImageFailure, ImageManager, PullLedger
from simulator.kubelet.image_pull_records import (
    Known,
    PodCredentials,
    PulledRecord,
    Secret,
    ServiceAccount,
    must_attempt_pull,
    name_of,
    pruned,
    requires_verification,
)
from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Container, ContainerType, Pod, PullPolicy
from simulator.runtime.images import Image, ImageService, InspectError, PullError
from simulator.runtime.registry import RegistryService, normalise, repository_of, with_default_tag
from simulator.scenario import Node, NodeImage, Registry
from simulator.versions import Version
from tests.conformance.case import BadCase, Case, Fields
from tests.conformance.images.steps import Seen, ms


@dataclass(frozen=True, slots=True)
class StoredImage(Image):
    """An image whose id is the case's."""

    case_id: str = ""

    @property
    def id(self) -> str:
        return self.case_id


class NotedEvents(EventRecorder):
    """Events at the moment at which they are sent, not at that of their arrival."""

    def __init__(self, agenda: Agenda, version: Version) -> None:
        super().__init__(agenda, Streams(1, jitter=False), Recorder(agenda), version)
        self.agenda = agenda
        self.noted: list[tuple[int, str, str, str]] = []

    def emit(self, pod: Pod | None, kind: str, reason: str, message: str, *rest: Any, **more: Any) -> None:
        self.noted.append((self.agenda.now_ms, pod.name if pod else "", reason, message))


class CaseRuntime:
    """CRI's ImageService as a case says; every call is noted."""

    def __init__(self, agenda: Agenda, case: Case) -> None:
        self.agenda = agenda
        registry = case.fields.get("registry") or {}
        self.pull_error = registry.get("pull_error")
        self.inspect_error = registry.get("inspect_error")
        self.seconds = {normalise(image["name"]): image["pull_seconds"] for image in registry.get("images") or []}
        self.blocked: list[Gate] | None = [] if "pulls" in registry else None
        self.images: dict[str, StoredImage] = {}
        for image in case.fields.get("images") or []:
            for name in image.get("names") or [image["id"]]:
                self._add(normalise(name), image["id"], image["size_bytes"])
        self.calls: list[str] = []
        self.started = 0
        self.first_auth: object = None
        self._sizing = False

    def _add(self, reference: str, image_id: str, size_bytes: int = 1) -> StoredImage:
        made = StoredImage(reference=reference, size_bytes=size_bytes, unpacked_bytes=size_bytes, pinned=False, case_id=image_id)
        self.images[reference] = made
        return made

    def image_status(self, reference: str) -> Image | None:
        self.calls.append("GetImageSize" if self.calls and self.calls[-1] == "PullImage" else "GetImageRef")
        if self.inspect_error:
            raise InspectError(self.inspect_error)
        return self.images.get(reference)

    def pull_image(self, reference: str, auth: object = None) -> Steps:
        self.calls.append("PullImage")
        if not self.started:
            self.first_auth = auth
        self.started += 1
        if self.blocked is not None:
            gate = Gate()
            self.blocked.append(gate)
            error = yield gate
            if error:
                raise PullError(error)
        yield int(self.seconds.get(reference, 0) * 1000)
        if self.pull_error:
            raise PullError(str(self.pull_error))
        known = self.images.get(reference)
        return known or self._add(reference, reference)


def _secret(fields: Fields) -> Secret:
    return Secret(fields.get("namespace", ""), fields.get("name", ""), fields.get("uid", ""), fields.get("hash", fields.get("uid", "")))


def _account(fields: Fields) -> ServiceAccount:
    return ServiceAccount(fields["namespace"], fields["name"], fields["uid"])


def _known(fields: Fields) -> Known:
    return Known(
        open_to_node=bool(fields.get("nodePodsAccessible")),
        secrets=tuple(_secret(each) for each in fields.get("secrets") or []),
        service_accounts=tuple(_account(each) for each in fields.get("serviceAccounts") or []),
    )


def _record(name: str, fields: Fields | None) -> PulledRecord:
    """By names; or, in the short form, of the one name that the key says."""
    fields = fields or {}
    if set(fields) & {"secrets", "serviceAccounts", "nodePodsAccessible"}:
        return PulledRecord(by_name={repository_of(normalise(name)): _known(fields)})
    return PulledRecord(by_name={name: _known(known or {}) for name, known in fields.items()})


def _auth_users(pod: Fields, keyring: Fields) -> tuple[list[str], list[str]]:
    own = [entry["username"] for secret in pod.get("imagePullSecrets") or [] for entry in (secret.get("registries") or {}).values()]
    return own, [entry["username"] for entry in keyring.values()]


class Pulls:
    """One image manager, or a serial and a parallel one that must do the same."""

    def __init__(self, case: Case, minor: int) -> None:
        self.case = case
        node = case.fields.get("node") or {}
        self.kubelet = node.get("kubelet") or {}
        gates = enabled(minor, case.gates)
        self.version = Version(minor=minor, gates=gates)
        self.managers = [_Manager(case, self.version, serial=kind == "serial") for kind in node.get("puller") or ["as configured"]]

    def do(self, action: Fields) -> Seen:
        if action["do"] == "must-attempt-pull":
            return self._must_attempt(action)
        if action["do"] == "requires-verification":
            return {"requires_verification": self._requires(action)}
        if action["do"] == "prune-records":
            updated_ms = -1 if self.case.fields["records"].get("updated_before_gc") else ms(action["gc_start"])
            records = {name: replace(_record(name, fields), updated_ms=updated_ms) for name, fields in self.case.fields["records"]["pulled"].items()}
            return {"records_left": sorted(pruned(records, action["image_list"], ms(action["gc_start"])))}
        states = [manager.do(action) for manager in self.managers]
        return {key: value if all(other.get(key) == value for other in states) else states for key, value in states[0].items()}

    def _policy(self) -> str:
        records = self.case.fields.get("records") or {}
        return str(self.kubelet.get("imagePullCredentialsVerificationPolicy") or records.get("verification") or "NeverVerifyPreloadedImages")

    def _requires(self, action: Fields) -> bool:
        allowlist = action.get("allowlist") or []
        policy = "NeverVerifyAllowlistedImages" if "allowlist" in action else self._policy()
        return requires_verification(policy, allowlist, action["image"], is_preloaded=False)

    def _must_attempt(self, action: Fields) -> Seen:
        pod = self.case.fields["pods"][0]
        records = self.case.fields["records"]
        looked_up = []

        def credentials() -> PodCredentials:
            looked_up.append(True)
            account = pod.get("serviceAccount")
            return PodCredentials(
                secrets=tuple(_secret(each) for each in pod.get("imagePullSecrets") or []), service_account=_account(account) if account else None
            )

        found = (records.get("pulled") or {}).get(action["image_ref"])
        record = None if action["image_ref"] not in (records.get("pulled") or {}) else _record(action["image_ref"], found)
        decision = must_attempt_pull(
            self._policy(),
            self.kubelet.get("preloadedImagesVerificationAllowlist") or [],
            action["image"],
            repository_of(normalise(action["image"])),
            record,
            credentials,
            is_intended=action["image"] in (records.get("intents") or []),
            is_present=bool(action["image_ref"]),
        )
        after = decision.record or record or PulledRecord()
        shown = {
            name: {"secrets": [{"uid": s.uid, "namespace": s.namespace, "name": s.name, "hash": s.hash} for s in known.secrets]}
            for name, known in after.by_name.items()
        }
        return {"must_pull": decision.must_pull, "credentials_looked_up": bool(looked_up), "record_after": shown}


class _Manager:
    def __init__(self, case: Case, version: Version, *, serial: bool) -> None:
        self.case = case
        self.agenda = Agenda()
        self.recorder = Recorder(self.agenda)
        self.events = NotedEvents(self.agenda, version)
        self.runtime = CaseRuntime(self.agenda, case)
        node = case.fields.get("node") or {}
        kubelet = node.get("kubelet") or {}
        backoff = kubelet.get("pull_backoff") or {"initial": "10s", "max": "300s"}
        policy = BackoffPolicy(initial_ms=ms(backoff["initial"]), cap_ms=ms(backoff["max"]))
        records = case.fields.get("records") or {}
        self.serial = kubelet.get("serializeImagePulls", True) if "puller" not in node else serial
        config = KubeletConfiguration(
            serialize_image_pulls=self.serial,
            max_parallel_image_pulls=kubelet.get("maxParallelImagePulls"),
            registry_pull_qps=kubelet.get("registryPullQPS", 5),
            registry_burst=kubelet.get("registryBurst", 10),
            image_pull_credentials_verification_policy=records.get("verification", "NeverVerifyPreloadedImages"),
        )
        self.ledger = PullLedger()
        for name, fields in (records.get("pulled") or {}).items():
            known = next((image["id"] for image in case.fields.get("images") or [] if name_of(image["id"]) == name_of(name)), name)
            self.ledger.records[known] = _record(name, fields)
        self.known = dict(self.ledger.records)
        self.manager = ImageManager(self.agenda, self.recorder, self.events, self.runtime, config, version, self.ledger, policy)
        self.pods = {pod["name"]: pod for pod in case.fields.get("pods") or []}
        keyring = node.get("node_keyring") or {}
        self.manager.credentials_of = self._credentials
        self.manager.node_credentials = lambda repository: [entry["username"] for entry in keyring.values()]
        self.results: dict[str, ImageFailure | None] = {}
        self.finished: dict[str, int] = {}
        self.durations: dict[str, dict[str, int]] = {}
        self.pulling_at: dict[str, int] = {}
        self.tasks: list[Task] = []
        if any("arrives" in pod for pod in self.pods.values()):
            for pod in self.pods.values():
                self.agenda.at(ms(pod["arrives"]), lambda pod=pod: self._start(pod))  # type: ignore[misc]
        elif self.runtime.blocked is not None:
            for pod in self.pods.values():
                self._start(pod)

    def _credentials(self, pod: Pod, repository: str) -> PodCredentials:
        fields = self.pods[pod.name]
        secrets = []
        for secret in fields.get("imagePullSecrets") or []:
            users = [entry["username"] for entry in (secret.get("registries") or {}).values()]
            secrets.append(_secret({**secret, "name": users[0]}) if users else _secret(secret))
        account = fields.get("serviceAccountCredential")
        return PodCredentials(secrets=tuple(secrets), service_account=_account(account) if account else None)

    def _start(self, fields: Fields) -> Task:
        container = fields["containers"][0]
        pod = Pod(name=fields["name"], uid=fields.get("uid", fields["name"]), namespace=fields.get("namespace", "default"))
        made = Container(
            name=container["name"], image=container["image"], container_type=ContainerType.MAIN, image_pull_policy=PullPolicy(container["imagePullPolicy"])
        )

        def steps() -> Steps:
            self.results[fields["name"]] = yield from self.manager.ensure_image_exists(pod, made)
            self.finished[fields["name"]] = self.agenda.now_ms

        task = Task(self.agenda, steps())
        self.tasks.append(task)
        return task

    def _run_to(self, until_ms: int) -> None:
        while (due_ms := self.agenda.next_due_ms()) is not None and due_ms <= until_ms:
            self.agenda.step()
        self.agenda.now_ms = max(self.agenda.now_ms, until_ms)

    def do(self, action: Fields) -> dict[str, Any]:
        self._run_to(ms(action["at"]))
        self.runtime.calls.clear()
        attempts: list[int] = []
        match action["do"]:
            case "ensure-image" | "ensure-image-all":
                # The records of a case stand: upstream's keeper of records learns nothing in these tests.
                self.ledger.records = dict(self.known)
                for pod in self.pods.values():
                    task = self._start(pod)
                    while not task.done.is_open and self.agenda.step():
                        pass
                self._run_to(self.agenda.now_ms)
            case "ensure-image-every":
                pod = next(iter(self.pods.values()))
                at_ms = ms(action["at"])
                while at_ms <= ms(action["until"]):
                    self._run_to(at_ms)
                    before = self.runtime.started
                    self._start(pod)
                    self._run_to(at_ms)
                    attempts += [at_ms] * (self.runtime.started - before)
                    at_ms += ms(action["every"])
            case "start-pods":
                for name in action["pods"]:
                    self._start(self.pods[name])
            case "observe":
                pass
            case "release-pulls":
                for gate in (self.runtime.blocked or [])[: action["count"]]:
                    gate.open(None)
                self.runtime.blocked = (self.runtime.blocked or [])[action["count"] :]
                self._run_to(self.agenda.now_ms)
            case "fail-pulls":
                for gate in self.runtime.blocked or []:
                    gate.open(action["error"])
                self.runtime.blocked = []
                self._run_to(self.agenda.now_ms)
            case other:
                raise BadCase(f"no action {other}")
        return self._state(attempts)

    def _state(self, attempts: list[int]) -> dict[str, Any]:
        fresh, self.events.noted = self.events.noted, []
        for at_ms, name, reason, message in fresh:
            if reason == "Pulling":
                self.pulling_at.setdefault(name, at_ms)
            durations = re.search(r" in (\S+) \((\S+) including waiting\)", message)
            if durations:
                self.durations[name] = {"pull": ms(durations[1]), "including_waiting": ms(durations[2])}
        failure = next((each for each in self.results.values() if each is not None), None)
        auth = self.runtime.first_auth
        order = sorted(self.finished, key=lambda name: self.finished[name])
        first = next(iter(self.pods.values()), None)
        entry = None
        if first:
            entry = self.manager.backoff_ms(
                Pod(name="x", uid=first.get("uid", first["name"])),
                Container(name="c", image=first["containers"][0]["image"], container_type=ContainerType.MAIN),
            )
        return {
            "runtime_calls": list(self.runtime.calls),
            "waiting_reason": failure.reason if failure else None,
            "waiting_message_contains": failure.message if failure else "",
            "events": [reason for _, _, reason, _ in fresh],
            "pull_attempts_at": attempts,
            "backoff": entry,
            "pull_calls_started": self.runtime.started,
            "queued": self.manager.puller.queued,
            "blocked_before_queue": self.manager.puller.blocked,
            "pulling_events": len(self.pulling_at),
            "pulling_events_at": dict(self.pulling_at),
            "pulling_time_open": sorted(uid for uid, _ in self.manager.pulling),
            "finish_order": order,
            "finished_at_s": [self.finished[name] / 1000 for name in order],
            "pulled": dict(self.durations),
            "first_pull_auth_user": auth.name if isinstance(auth, Secret) else auth,
            "images_on_node": sorted(self.runtime.images),
        }


class References:
    """Names of images, and the runtime's list of them."""

    def __init__(self, case: Case, minor: int) -> None:
        agenda = Agenda()
        self.ids = {normalise((image.get("names") or [f"image-{image['id']}"])[0]): image["id"] for image in case.fields.get("images") or []}
        images = tuple(
            NodeImage(image=(image.get("names") or [f"image-{image['id']}"])[0], size_bytes=image["size_bytes"], pinned=bool(image.get("pinned")))
            for image in case.fields.get("images") or []
        )
        self.service = ImageService(agenda, Recorder(agenda), Node(images=images), RegistryService(agenda, Registry()))

    def do(self, action: Fields) -> Seen:
        match action["do"]:
            case "normalize-reference":
                return {"sent_to_runtime": with_default_tag(action["reference"])}
            case "image-status":
                found = self.service.image_status(normalise(action["reference"]))
                return {"image_ref": self.ids[found.reference] if found else None}
            case "remove-image":
                self.service.remove_image(normalise(action["reference"]))
                return {"error": None}
            case "list-images":
                return {"pinned": {self.ids[image.reference]: image.pinned for image in self.service.list_images()}}
            case other:
                raise BadCase(f"no action {other}")
