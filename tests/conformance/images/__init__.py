"""Cases of images, garbage collection, eviction and configuration: what drives each kind? A new kind is a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.conformance.images import configuration, eviction, gc, pulls, userns
from tests.conformance.images.steps import Driver

DRIVERS: Mapping[str, Callable[..., Driver]] = {
    "image-gc": gc.ImageGC,
    "container-gc": gc.ContainerGC,
    "sandbox-gc": gc.SandboxGC,
    "log-gc": gc.LogGC,
    "eviction": eviction.Eviction,
    "eviction-rank": eviction.Rank,
    "eviction-config": eviction.Thresholds,
    "userns": userns.Userns,
    "image-pull": pulls.Pulls,
    "pull-queue": pulls.Pulls,
    "pull-credentials": pulls.Pulls,
    "image-ref": pulls.References,
    "config-merge": configuration.ConfigMerge,
    "policy-config": configuration.PolicyConfig,
}
