"""docs/fidelity.md lists every simplification that the code admits."""

from tests.fidelity_page import PAGE, current, simplifications


def test_every_simplification_of_the_simulator_is_on_the_page():
    assert PAGE.read_text() == current(), "run python -m tests.fidelity_page"


def test_every_simplification_says_what_and_why():
    too_short = [(module, text) for module, text in simplifications() if len(text.split()) < 4]

    assert too_short == []
