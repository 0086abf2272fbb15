"""How much may one address ask?"""

from __future__ import annotations

import pytest

from nodeviz.runs import stream
from nodeviz.scenarios.bounds import Bucket, neighbourhood, take_token


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        pytest.param("192.0.2.7", "192.0.2.7", id="an IPv4 address for itself"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="an IPv6 address for its network"),
        pytest.param("::ffff:192.0.2.7", "192.0.2.7", id="an IPv4 address in IPv6's clothes for itself"),
        pytest.param("", "unknown", id="a client without an address, on a unix socket, shares a bucket with its like"),
    ],
)
def test_whom_an_address_stands_for(address: str, stands_for: str) -> None:
    assert neighbourhood(address) == stands_for


BUCKET = Bucket(name="test", capacity=3, per_minute=60)


@pytest.mark.parametrize(
    ("moments_ms", "allowed"),
    [
        pytest.param([0, 0, 0], [True, True, True], id="as many at once as the bucket holds"),
        pytest.param([0, 0, 0, 0], [True, True, True, False], id="but not one more"),
        pytest.param([0, 0, 0, 900, 1000], [True, True, True, False, True], id="it fills one a second"),
        pytest.param([0, 0, 0, 600_000, 600_000, 600_000, 600_000], [True] * 6 + [False], id="it never holds more than its size"),
        pytest.param([5000, 5000, 5000, 0], [True, True, True, False], id="a clock that runs back gives nothing away"),
    ],
)
def test_tokens(redis_client: object, moments_ms: list[int], allowed: list[bool]) -> None:
    assert [take_token(BUCKET, "192.0.2.7", now_ms=now_ms) for now_ms in moments_ms] == allowed


def test_addresses_have_buckets_of_their_own(redis_client: object) -> None:
    assert [take_token(BUCKET, f"192.0.2.{n}", now_ms=0) for n in range(4)] == [True] * 4


def test_without_redis_everybody_may(settings: object, tmp_path: object) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"  # type: ignore[attr-defined]
    stream.client.cache_clear()
    try:
        assert take_token(BUCKET, "192.0.2.7", now_ms=0)
    finally:
        stream.client.cache_clear()
