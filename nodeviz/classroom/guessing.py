"""May this address look for rooms, and go into them?

Who tries codes that lead nowhere may do so a few times, and then not at all for a while, whether a code is right or not. Who is known in a room is not asked.
"""

from __future__ import annotations

import time

from asgiref.sync import sync_to_async
from redis import RedisError

from nodeviz.runs.stream import client
from nodeviz.scenarios.bounds import Bucket, has_token, may_take, neighbourhood, part_of

GUESSES = Bucket(name="room-code", capacity=60, per_minute=30)
"""Thirty people behind one address mistype twice in a row."""

SAME_GUESS_S = 3_600
"""A code counts once in so long: three hundred pages that come back to a room that died meanwhile are one guess."""

JOINS = Bucket(name="room-join", capacity=400, per_minute=60, browser_part=0.05)
"""A class of three hundred behind one address comes in at once; nobody fills a room with people whom one browser makes up."""


def may_guess_now(address: str, browser: str) -> bool:
    """Asked before the code is looked up. A right code costs nothing. `browser`: its name, or empty."""
    now_ms = time.time_ns() // 1_000_000
    return (not browser or has_token(part_of(GUESSES), address, now_ms=now_ms, browser=browser)) and has_token(GUESSES, address, now_ms=now_ms)


def guessed(address: str, browser: str, code: str) -> None:
    """The code led nowhere. Without Redis nobody counts."""
    try:
        is_new = client().set(f"nodeviz:guess:{neighbourhood(address)}:{code}", "", nx=True, ex=SAME_GUESS_S)
    except RedisError:
        return
    if is_new:
        may_take(GUESSES, address, browser)


def may_join_now(address: str, browser: str) -> bool:
    """As somebody new."""
    return may_take(JOINS, address, browser)


may_guess = sync_to_async(may_guess_now, thread_sensitive=False)
counts_as_guess = sync_to_async(guessed, thread_sensitive=False)
may_join = sync_to_async(may_join_now, thread_sensitive=False)
