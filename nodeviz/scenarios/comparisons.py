"""Which comparisons come with nodeviz? Two sides each, as the words of an address; a story of two lines says what to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One of them, under `/compare/NAME`."""

    name: str
    title: _StrPromise
    story: _StrPromise
    query: Mapping[str, str]
    """As in `/compare?a=…&b=…`."""


COMPARISONS = (
    Comparison(
        name="legacy-or-native-sidecar",
        title=_("Legacy or native sidecar"),
        story=_(
            "The same Job, and one container moved. As a main container (A) the log shipper never ends, so the Job never completes; "
            "as a native sidecar (B) it is stopped when the batch has ended, and the Job completes."
        ),
        query={"a": "example:job-with-a-legacy-sidecar", "b": "example:job-with-a-legacy-sidecar", "b.sidecars": "native"},
    ),
    Comparison(
        name="injected-as-main-or-as-sidecar",
        title=_("What the injector adds: a main container or a sidecar"),
        story=_(
            "A Job in a service mesh. The injector of A adds the proxy as a main container: it starts after the app and never ends. "
            "That of B adds it as a native sidecar: it is there before the app, and the Job completes."
        ),
        query={"a": "example:mesh-injector", "b": "example:mesh-injector", "b.sidecars": "native"},
    ),
    Comparison(
        name="1-28-or-1-29",
        title=_("Kubernetes 1.28 or 1.29"),
        story=_(
            "The same pod is deleted at 20 s. In 1.28 (A) the sidecars get SIGTERM together with the app and are gone while it still works; "
            "in 1.29 (B) they wait for the app to end, and stop in the reverse of their order."
        ),
        query={"a": "example:sidecars-of-1-28-stop-at-once", "b": "example:sidecars-of-1-28-stop-at-once", "b.kubernetes": "1.29"},
    ),
    Comparison(
        name="serial-or-parallel-pulls",
        title=_("Serial or parallel pulls"),
        story=_(
            "Three images, one of six gigabytes. Pulled one at a time (A), the small ones begin when the large one is there; "
            "all at once (B), they share the node's link with it and are ready long before, and the large one is no later."
        ),
        query={"a": "example:serial-pulls", "b": "example:serial-pulls", "b.pulls": "parallel"},
    ),
)


def comparison(name: str) -> Comparison | None:
    """By its name in the address."""
    return next((each for each in COMPARISONS if each.name == name), None)
