"""What happens next in virtual time?"""

from __future__ import annotations

from collections.abc import Callable

from simulator.engine.agenda import Agenda


class Story:
    """An agenda and what its timers said when they fired."""

    def __init__(self) -> None:
        self.agenda = Agenda()
        self.said: list[tuple[int, str]] = []

    def say(self, word: str) -> Callable[[], None]:
        """What a timer does."""
        return lambda: self.said.append((self.agenda.now_ms, word))

    def told(self) -> list[tuple[int, str]]:
        """Fire everything."""
        while self.agenda.step():
            pass
        return self.said


def test_the_earliest_timer_fires_first_whenever_it_was_armed() -> None:
    story = Story()
    story.agenda.at(30, story.say("late"))
    story.agenda.at(10, story.say("early"))

    assert story.told() == [(10, "early"), (30, "late")]


def test_at_the_same_instant_first_armed_is_first_fired() -> None:
    story = Story()
    for word in ("first", "second", "third"):
        story.agenda.at(10, story.say(word))

    assert story.told() == [(10, "first"), (10, "second"), (10, "third")]


def test_what_a_timer_arms_for_its_own_instant_comes_last() -> None:
    story = Story()
    story.agenda.at(10, lambda: story.agenda.after(0, story.say("armed later")))
    story.agenda.at(10, story.say("armed before"))

    assert story.told() == [(10, "armed before"), (10, "armed later")]


def test_an_instant_in_the_past_means_now() -> None:
    story = Story()
    story.agenda.at(10, lambda: story.agenda.at(3, story.say("now")))

    assert story.told() == [(10, "now")]


def test_a_cancelled_timer_never_fires_and_is_not_waited_for() -> None:
    story = Story()
    story.agenda.at(10, story.say("never")).cancel()

    assert story.agenda.next_due_ms() is None
    assert story.told() == []
    assert story.agenda.now_ms == 0


def test_cancelling_after_it_fired_changes_nothing() -> None:
    story = Story()
    timer = story.agenda.at(10, story.say("once"))
    story.told()

    timer.cancel()

    assert story.told() == [(10, "once")]


def test_the_clock_moves_only_with_a_step() -> None:
    clock = Agenda()
    clock.at(10, lambda: None)

    assert (clock.now_ms, clock.next_due_ms()) == (0, 10)
    clock.step()
    assert (clock.now_ms, clock.next_due_ms()) == (10, None)
