"""docs/states.md is what the tables say."""

from tests.states_page import PAGE, page


def test_the_page_of_states_is_current():
    assert PAGE.read_text() == page(), "run python -m tests.states_page"
