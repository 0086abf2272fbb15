"""May this address look for rooms? Who tries codes that lead nowhere may do so a few times, and then not at all for a while, whether a code is right or not."""

from __future__ import annotations

import time

from asgiref.sync import sync_to_async

from nodeviz.scenarios.bounds import Bucket, has_token, take_token

GUESSES = Bucket(name="room-code", capacity=60, per_minute=30)
"""Thirty people behind one address mistype twice in a row."""


def may_guess_now(address: str) -> bool:
    """Asked before the code is looked up. A right code costs nothing."""
    return has_token(GUESSES, address, now_ms=time.time_ns() // 1_000_000)


def guessed(address: str) -> None:
    """The code led nowhere."""
    take_token(GUESSES, address, now_ms=time.time_ns() // 1_000_000)


may_guess = sync_to_async(may_guess_now, thread_sensitive=False)
counts_as_guess = sync_to_async(guessed, thread_sensitive=False)
