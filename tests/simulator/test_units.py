"""How are durations, quantities and rates read and written?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from simulator.units import (
    QUANTITY_MESSAGE,
    format_duration,
    parse_duration_ms,
    parse_quantity,
    parse_rate_bytes_per_second,
    quantity_bytes,
    quantity_millicores,
)


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        pytest.param("90s", 90_000, id="seconds"),
        pytest.param("1h30m", 5_400_000, id="hours and minutes"),
        pytest.param("3d", 259_200_000, id="days, which Go does not have"),
        pytest.param("1.5s", 1_500, id="a fraction"),
        pytest.param(".5s", 500, id="a fraction without a leading digit"),
        pytest.param("250ms", 250, id="milliseconds"),
        pytest.param("1500us", 2, id="microseconds are rounded to whole milliseconds"),
        pytest.param("-10m", -600_000, id="before the scenario"),
        pytest.param("0", 0, id="zero needs no unit"),
    ],
)
def test_durations(text: str, expected_ms: int) -> None:
    assert parse_duration_ms(text) == expected_ms


@pytest.mark.parametrize("text", ["", "10", "10 s", "1h 30m", "s", "1y", "ten seconds", "1h-30m", "5S"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="invalid duration"):
        parse_duration_ms(text)


@pytest.mark.parametrize(
    ("duration_ms", "expected"),
    [
        (0, "0s"),
        (250, "250ms"),
        (1_500, "1.5s"),
        (10_000, "10s"),
        (80_000, "1m20s"),
        (300_000, "5m0s"),
        (3_600_000, "1h0m0s"),
        (90_061_001, "25h1m1.001s"),
        (-1_500, "-1.5s"),
    ],
)
def test_durations_are_printed_as_go_does(duration_ms: int, expected: str) -> None:
    assert format_duration(duration_ms) == expected
    assert parse_duration_ms(expected) == duration_ms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("128Mi", 128 * 2**20, id="binary"),
        pytest.param("128M", 128 * 10**6, id="decimal"),
        pytest.param("1.5Gi", 1536 * 2**20, id="a fraction of a binary unit"),
        pytest.param("1e3", 1000, id="an exponent"),
        pytest.param("2E", 2 * 10**18, id="E alone is exa"),
        pytest.param("123", 123, id="no unit"),
        pytest.param(123, 123, id="a number instead of text"),
        pytest.param("100m", 1, id="a tenth of a byte is rounded up"),
    ],
)
def test_quantities_in_whole_units(text: str | int, expected: int) -> None:
    assert quantity_bytes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1000), ("100m", 100), ("0.1", 100), ("1.5", 1500), ("1u", 1)],
    ids=["one core", "in thousandths", "a tenth", "a fraction", "rounded up"],
)
def test_cpu_in_millicores(text: str, expected: int) -> None:
    assert quantity_millicores(text) == expected


def test_quantities_are_exact() -> None:
    assert parse_quantity("0.1") + parse_quantity("0.2") == Decimal("0.3")


@pytest.mark.parametrize("text", ["", "Mi", "1 Gi", "1.2.3", "128mb", "1Kb", "0x10", "ten", "--1", "1e"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is compared
        parse_quantity(text)

    assert str(refused.value) == QUANTITY_MESSAGE


def test_rates() -> None:
    assert parse_rate_bytes_per_second("50Mi/s") == 50 * 2**20
    with pytest.raises(ValueError, match="must be a quantity followed by /s"):
        parse_rate_bytes_per_second("50Mi")
