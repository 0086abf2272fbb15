"""What does the name of an image say?

pkg/util/parsers and pkg/apis/core/v1/defaults.go (1.36).
"""

from __future__ import annotations

from simulator.pod import PullPolicy

_LATEST = "latest"


def tag_of(image: str) -> str:
    """The tag that the image is pulled by: `latest` when neither tag nor digest is written, empty for a digest alone."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return tag or ("" if digest else _LATEST)


def default_pull_policy(image: str) -> PullPolicy:
    """Always for the tag `latest`, written or implied; otherwise, a digest alone included, IfNotPresent."""
    return PullPolicy.ALWAYS if tag_of(image) == _LATEST else PullPolicy.IF_NOT_PRESENT
