"""Where does chance come from?"""

from __future__ import annotations

import pytest

from simulator.engine.streams import Streams

SPREAD = (121.0, 195.0, 331.0, 560.0)


def test_a_draw_is_a_function_of_seed_name_and_key_and_of_nothing_else() -> None:
    one, other = Streams(1), Streams(1)
    other.unit("something else", 7)

    assert one.unit("relist phase", 3) == other.unit("relist phase", 3)


@pytest.mark.parametrize(
    ("seed", "name", "key"),
    [
        pytest.param(2, "relist phase", 3, id="another seed"),
        pytest.param(1, "sync tick phase", 3, id="another stream"),
        pytest.param(1, "relist phase", 4, id="another key"),
    ],
)
def test_another_draw_for(seed: int, name: str, key: int) -> None:
    assert Streams(seed).unit(name, key) != Streams(1).unit("relist phase", 3)


def test_draws_fill_their_interval_evenly() -> None:
    draws = [Streams(1).unit("x", key) for key in range(2000)]

    assert 0 <= min(draws) < 0.01
    assert 0.99 < max(draws) < 1
    assert abs(sum(draws) / 2000 - 0.5) < 0.02


def test_whole_milliseconds_reach_both_ends() -> None:
    assert {Streams(1).between_ms(5, 8, "x", key) for key in range(200)} == {5, 6, 7, 8}


def test_a_requeue_is_between_its_delay_and_half_as_much_again() -> None:
    delays = [Streams(1).jittered_ms(10_000, "x", key) for key in range(500)]

    assert 10_000 <= min(delays) < 10_100
    assert 14_900 < max(delays) < 15_000


def test_a_duration_keeps_the_median_and_the_spread_of_the_recordings() -> None:
    draws = sorted(Streams(1).around_ms(390, SPREAD, "x", key) for key in range(4000))

    assert draws[0] >= 242
    assert draws[-1] <= 1120
    assert abs(draws[2000] - 390) < 8
    assert abs(draws[3600] - 662) < 60


def test_with_jitter_off_every_draw_is_its_lower_bound_and_a_median_stays_the_median() -> None:
    still = Streams(1, jitter=False)

    assert still.unit("x") == 0
    assert still.between_ms(5, 8, "x") == 5
    assert still.jittered_ms(10_000, "x") == 10_000
    assert still.around_ms(200, SPREAD, "x") == 200


def test_generated_names_are_drawn_with_jitter_off_too() -> None:
    assert Streams(1, jitter=False).always("name") == Streams(1).always("name") != 0
