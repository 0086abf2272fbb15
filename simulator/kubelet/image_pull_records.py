"""Who has shown that it may use an image, and must another pod show it, too? KubeletEnsureSecretPulledImages. Pure.

Kubernetes 1.36: pkg/kubelet/images/pullmanager (image_pull_manager.go, image_pull_policies.go).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

NEVER, PRELOADED, ALLOWLISTED, ALWAYS = "NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"
"""imagePullCredentialsVerificationPolicy."""


class Secret(NamedTuple):
    """A pull secret of a pod. `hash` is of its credentials for the image; empty: broken."""

    namespace: str
    name: str
    uid: str
    hash: str = ""


class ServiceAccount(NamedTuple):
    """A service account whose token pulled."""

    namespace: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PodCredentials:
    """What a pod could pull with."""

    secrets: tuple[Secret, ...] = ()
    service_account: ServiceAccount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is recorded of one image under one name."""

    open_to_node: bool = False
    secrets: tuple[Secret, ...] = ()
    service_accounts: tuple[ServiceAccount, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Recorded without any credentials."""
        return not (self.open_to_node or self.secrets or self.service_accounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PulledRecord:
    """ImagePulledRecord: of one image id, by name without tag and digest."""

    by_name: Mapping[str, Known] = field(default_factory=dict)
    updated_ms: int = 0


def name_of(image: str) -> str:
    """The text without tag and digest."""
    rest = image.partition("@")[0]
    head, _, tail = rest.rpartition(":")
    return head if head and "/" not in tail else rest


def requires_verification(policy: str, allowlist: Collection[str], image: str, *, is_preloaded: bool) -> bool:
    """Does the policy ask for a check of this image? The allow-list is compared with the text as written, exactly or by a prefix that ends in `/*`."""
    name = name_of(image)
    match policy:
        case "NeverVerify":
            return False
        case "NeverVerifyPreloadedImages":
            return not is_preloaded
        case "NeverVerifyAllowlistedImages":
            return not any(name == entry or (entry.endswith("/*") and name.startswith(entry[:-1])) for entry in allowlist)
        case _:
            return True


class Decision(NamedTuple):
    """Must it be pulled although it is there? `looked_up`: the pod's credentials were asked for; `record`: what the record becomes."""

    must_pull: bool
    looked_up: bool = False
    record: PulledRecord | None = None


def must_attempt_pull(
    policy: str,
    allowlist: Collection[str],
    image: str,
    repository: str,
    record: PulledRecord | None,
    credentials: Callable[[], PodCredentials],
    *,
    is_intended: bool,
    is_present: bool = True,
    now_ms: int = 0,
) -> Decision:
    """MustAttemptImagePull. `repository` is the image's normalised name; `is_intended`: a pull of it was begun and its end is not known."""
    if not is_present:
        return Decision(True)
    if not requires_verification(policy, allowlist, image, is_preloaded=record is None and not is_intended):
        return Decision(False)
    if record is None:
        return Decision(True)
    known = record.by_name.get(repository)
    if known is None:
        return Decision(True)
    if known.open_to_node:
        return Decision(False)
    if known.is_empty:
        return Decision(True)
    shown = credentials()
    for secret in shown.secrets:
        same_hash = any(secret.hash and secret.hash == other.hash for other in known.secrets)
        same_place = any(other[:3] == secret[:3] for other in known.secrets)
        if same_hash or (same_place and secret.hash):
            kept = tuple(other for other in known.secrets if other[:3] != secret[:3])
            learned = replace(known, secrets=tuple(sorted({*kept, secret})))
            return Decision(False, True, replace(record, by_name={**record.by_name, repository: learned}, updated_ms=now_ms))
    if shown.service_account is not None and shown.service_account in known.service_accounts:
        return Decision(False, True)
    return Decision(True, True)


def after_pull(record: PulledRecord | None, repository: str, used: Secret | ServiceAccount | None, now_ms: int) -> PulledRecord:
    """RecordImagePulled: without credentials (or with the node's own) the image is open to the node for good; else what was used is added."""
    known = (record.by_name.get(repository) if record else None) or Known()
    if used is None or known.open_to_node:
        known = Known(open_to_node=True)
    elif isinstance(used, Secret):
        known = replace(known, secrets=tuple(sorted({*(other for other in known.secrets if other[:3] != used[:3]), used})))
    else:
        known = replace(known, service_accounts=tuple(sorted({*known.service_accounts, used})))
    return PulledRecord(by_name={**(record.by_name if record else {}), repository: known}, updated_ms=now_ms)


def pruned(records: Mapping[str, PulledRecord], kept_images: Sequence[str], began_ms: int) -> dict[str, PulledRecord]:
    """PruneUnknownRecords: a record of an image that is not listed goes, unless it was changed since the collection began."""
    return {name: record for name, record in records.items() if name in kept_images or record.updated_ms >= began_ms}
