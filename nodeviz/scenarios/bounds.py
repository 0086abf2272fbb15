"""Who may ask how much, how often? A request's size is checked before its body is read; how often an address asks, by a token bucket.

The bucket fills evenly, so that a class behind one address may press Run all at once, and a loop may not for long. Each browser has a smaller one inside its
address's (docs/decisions/0011), so that one of a class does not empty it for the others.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from redis import RedisError

from nodeviz.runs.stream import client
from nodeviz.web_limits import MAX_BODY_BYTES

View = Callable[..., HttpResponse]

TOO_OFTEN = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How often one address may do one thing."""

    name: str
    capacity: int
    """At once."""
    per_minute: int
    """In the long run."""
    browser_part: float = 0.5
    """How much of both one browser may have, while it says which one it is."""


RUNS = Bucket(name="run", capacity=60, per_minute=30)
"""Thirty people behind one address start twice in a row."""

CHECKS = Bucket(name="check", capacity=300, per_minute=600)
"""The editor asks a moment after the last key: at most once or twice a second for each who types."""

TRIES = Bucket(name="try", capacity=120, per_minute=120, browser_part=0.75)
"""A slider that is dragged asks three times a second; forty seconds of that at once, and in the long run the two a second that two workers compute."""

READS = Bucket(name="read", capacity=2_400, per_minute=1_200)
"""Pages and files that are made anew each time. Three hundred people behind one address open a link and its reasons, and again after a broken connection."""

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
    """Has who asks a token left, as a browser and as an address? It is taken. Whoever changes the browser's name all the time is still one address."""
    return may_take(bucket, request.META.get("REMOTE_ADDR", ""), browser_of(request))


def may_take(bucket: Bucket, address: str, browser: str) -> bool:
    """The same for whoever did not come by HTTP; without a browser's name only the address counts."""
    now_ms = time.time_ns() // 1_000_000
    return (not browser or take_token(part_of(bucket), address, now_ms=now_ms, browser=browser)) and take_token(bucket, address, now_ms=now_ms)


def browser_of(request: HttpRequest) -> str:
    """A name for it. Empty without a cookie."""
    return browser_with(request.COOKIES)


def browser_with(cookies: Mapping[str, str]) -> str:
    """What its CSRF cookie hashes to, which it has anyway."""
    cookie = cookies.get(settings.CSRF_COOKIE_NAME, "")
    return hashlib.sha256(cookie.encode(errors="surrogatepass")).hexdigest()[:16] if cookie else ""


@functools.cache
def part_of(bucket: Bucket) -> Bucket:
    """What one browser may have of it."""
    capacity, per_minute = (math.ceil(most * bucket.browser_part) for most in (bucket.capacity, bucket.per_minute))
    return Bucket(name=f"{bucket.name}:browser", capacity=capacity, per_minute=per_minute)


def take_token(bucket: Bucket, address: str, *, now_ms: int, browser: str = "") -> bool:
    """Is there one left? Without Redis everybody may: a page that can be misused for a while is better than none."""
    key = _key(bucket, address, browser)
    try:
        left = client().eval(TAKE, 1, key, str(bucket.capacity), str(bucket.per_minute / 60_000), str(now_ms))
    except RedisError:
        return True
    return cast("int", left) >= 0


def has_token(bucket: Bucket, address: str, *, now_ms: int, browser: str = "") -> bool:
    """Would one be given? None is taken."""
    try:
        tokens, at = cast("list[bytes | None]", client().hmget(_key(bucket, address, browser), ["tokens", "at"]))
    except RedisError:
        return True
    return tokens is None or at is None or float(tokens) + max(0.0, now_ms - float(at)) * bucket.per_minute / 60_000 >= 1


def _key(bucket: Bucket, address: str, browser: str) -> str:
    return f"nodeviz:bucket:{bucket.name}:{neighbourhood(address)}{f':{browser}' if browser else ''}"


def neighbourhood(address: str) -> str:
    """Whom an address stands for: IPv6 gives every household a /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


P = ParamSpec("P")


def bounded_reads(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """A view of a page that costs something to make. Its first argument is the request."""

    @functools.wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if may_ask(READS, cast("HttpRequest", args[0])):
            return view(*args, **kwargs)
        words = _("Too many requests from your address; wait a minute and try again.")
        return HttpResponse(words, status=TOO_OFTEN, content_type="text/plain; charset=utf-8", headers={"Retry-After": "60"})

    return checked


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
