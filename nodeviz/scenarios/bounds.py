"""Who may ask how much, how often? A request's size is checked before its body is read; how often an address asks, by a token bucket.

The bucket fills evenly, so that a class behind one address may press Run all at once, and a loop may not for long.
"""

from __future__ import annotations

import functools
import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from redis import RedisError

from nodeviz.runs.stream import client

View = Callable[..., HttpResponse]

MAX_BODY_BYTES = 8 << 20
"""Of a request. Wider than what a scenario may be, so that the answer can show the text again; beyond it the body is not read at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How often one address may do one thing."""

    name: str
    capacity: int
    """At once."""
    per_minute: int
    """In the long run."""


RUNS = Bucket(name="run", capacity=60, per_minute=30)
"""Thirty people behind one address start twice in a row."""

CHECKS = Bucket(name="check", capacity=300, per_minute=600)
"""The editor asks a moment after the last key: at most once or twice a second for each who types."""

TRIES = Bucket(name="try", capacity=120, per_minute=120)
"""A slider that is dragged asks three times a second; forty seconds of that at once, and in the long run the two a second that two workers compute."""

# Fills the bucket for the time gone by, takes one token if there is one; answers the tokens left, or -1.
TAKE = """
local known = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local capacity, per_ms, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local gone_ms = math.max(0, now - tonumber(known[2] or now))
local tokens = math.min(capacity, tonumber(known[1] or capacity) + gone_ms * per_ms)
local allowed = tokens >= 1
if allowed then tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / per_ms))
return allowed and math.floor(tokens) or -1
"""


def may_ask(bucket: Bucket, request: HttpRequest) -> bool:
    """Has who asks a token left? It is taken."""
    return take_token(bucket, request.META.get("REMOTE_ADDR", ""), now_ms=time.time_ns() // 1_000_000)


def take_token(bucket: Bucket, address: str, *, now_ms: int) -> bool:
    """Is there one left? Without Redis everybody may: a page that can be misused for a while is better than none."""
    key = f"nodeviz:bucket:{bucket.name}:{neighbourhood(address)}"
    try:
        left = client().eval(TAKE, 1, key, str(bucket.capacity), str(bucket.per_minute / 60_000), str(now_ms))
    except RedisError:
        return True
    return cast("int", left) >= 0


def has_token(bucket: Bucket, address: str, *, now_ms: int) -> bool:
    """Would one be given? None is taken."""
    key = f"nodeviz:bucket:{bucket.name}:{neighbourhood(address)}"
    try:
        tokens, at = cast("list[bytes | None]", client().hmget(key, ["tokens", "at"]))
    except RedisError:
        return True
    return tokens is None or at is None or float(tokens) + max(0.0, now_ms - float(at)) * bucket.per_minute / 60_000 >= 1


def neighbourhood(address: str) -> str:
    """Whom an address stands for: IPv6 gives every household a /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def bounded_body(*, too_big: View) -> Callable[[View], View]:
    """A view of a POST that is asked only if the body is small enough. Django's CSRF check reads the body, so it comes after this one, not before."""

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @csrf_exempt
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return too_big(request) if body_bytes(request) > MAX_BODY_BYTES else protected(request, *args, **kwargs)

        return checked

    return decorate


def body_bytes(request: HttpRequest) -> int:
    """As announced; 0 when it is not."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
