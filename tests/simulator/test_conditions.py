"""What can be said with `--fail-if`, and what is said to whoever says it wrongly?"""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.conditions import COMPARISONS, FACTS, MAX_LENGTH, Asked, Condition, ConditionError, Kind, parse_condition
from simulator.limits import MAX_RECORDS, MAX_UNTIL_MS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ready > 60s", Condition(fact="ready", comparison=">", limit=60_000), id="a duration"),
        pytest.param("  ready>1h30m ", Condition(fact="ready", comparison=">", limit=5_400_000), id="spaces are free"),
        pytest.param(
            "completed(Job/report) >= 5m", Condition(fact="completed", selector="Job/report", comparison=">=", limit=300_000), id="pods of a controller"
        ),
        pytest.param("restarts > 3", Condition(fact="restarts", comparison=">", limit=3), id="a count"),
        pytest.param("restarts( web/app ) > 0", Condition(fact="restarts", selector="web/app", comparison=">", limit=0), id="one container"),
        pytest.param("terminating < 5s", Condition(fact="terminating", comparison="<", limit=5_000), id="too soon"),
        pytest.param("pulled(*/app) <= 0", Condition(fact="pulled", selector="*/app", comparison="<=", limit=0), id="zero needs no unit"),
        pytest.param("never ready(web-*)", Condition(fact="ready", selector="web-*", never=True), id="never"),
        pytest.param("oom", Condition(fact="oom"), id="yes or no"),
        pytest.param("killed(shop/web/app)", Condition(fact="killed", selector="shop/web/app"), id="with a namespace"),
    ],
)
def test_what_can_be_said(text, expected):
    assert parse_condition(text) == expected


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("", 1, "a fact is missing", "one of ready"),
        ("  ", 3, "a fact is missing", ""),
        ("redy > 60s", 1, 'unknown fact "redy"', 'did you mean "ready"?'),
        ("Ready > 60s", 1, 'unknown fact "Ready"', 'did you mean "ready"?'),
        ("colour", 1, 'unknown fact "colour"', "known: ready, completed"),
        ("> 60s", 1, '">" where a fact is expected', ""),
        ("never", 6, "a fact is missing", "one of ready, completed, pulled"),
        ("never oom", 7, '"never oom" says nothing that can be asked', "ready, completed, pulled"),
        ("never ready > 5s", 13, '"never ready" takes no comparison', ""),
        ("ready", 6, "ready is a duration and needs a comparison", '"ready > 60s", or "never ready"'),
        ("restarts(web/app)", 18, "restarts is a count and needs a comparison", '"restarts > 0"'),
        ("oom > 3", 5, "oom is a yes or no and takes no comparison", ""),
        ("ready == 5s", 7, 'unknown comparison "=="', "known: >, >=, <, <="),
        ("ready >", 8, "a value is missing behind the comparison", "60s"),
        ("ready > 60", 9, '"60" has no unit', "60s, or 60m for minutes"),
        ("ready > soon", 9, '"soon" is no duration', "60s, 5m, 1h30m"),
        ("ready > -5s", 9, "a duration has no sign", ""),
        ("ready > 400d", 9, '"400d" is longer than any run', ""),
        ("restarts > 1m", 12, '"1m" is no count', ""),
        ("restarts > -1", 12, '"-1" is no count', ""),
        ("restarts > ٣", 12, '"٣" is no count', ""),
        ("restarts > 99999999999", 12, '"99999999999" is more than any run can have', ""),
        ("ready > 60s and oom", 13, 'conditions are not joined with "and"', "give each its own --fail-if"),
        ("oom || killed", 5, 'conditions are not joined with "||"', "the run fails if any of them holds"),
        ("ready > 60s please", 13, '"please" behind the end of the condition', ""),
        ("ready(web > 5s", 6, 'this "(" is never closed', ""),
        ("ready() > 5s", 7, "a name is missing", "web, shop/web"),
        ("ready(a//b) > 5s", 9, "a name is missing", ""),
        ("ready(web[0]) > 5s", 10, '"[" cannot be in a name', ""),
        ("ready(a/b/c) > 5s", 7, '"a/b/c" has too many parts', "ready asks pods"),
        ("restarts( app ) > 0", 11, 'restarts asks containers, and "app" could be a pod or a container', "app/* for all of a pod's, */app"),
        ("oom(a/b/c/d)", 5, '"a/b/c/d" has too many parts', ""),
        ("x" * 301, 301, "longer than 300 characters", ""),
    ],
)
def test_a_mistake_is_told_with_its_column(text, column, message, hint):
    with pytest.raises(ConditionError) as refused:
        parse_condition(text)

    assert (refused.value.column, refused.value.message) == (column, message)
    assert hint in refused.value.hint


names = st.from_regex(r"[a-z*][a-z0-9.*-]{0,8}", fullmatch=True)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Any that can be said."""
    name = draw(st.sampled_from(list(FACTS)))
    fact = FACTS[name]
    parts = st.lists(names, min_size=2, max_size=3) if fact.asked is Asked.CONTAINERS else st.lists(names, min_size=1, max_size=2)
    selector = draw(st.just("") | parts.map("/".join))
    if fact.kind is Kind.YES_OR_NO or (fact.may_never and draw(st.booleans())):
        return Condition(fact=name, selector=selector, never=fact.may_never)
    limit = draw(st.integers(0, MAX_UNTIL_MS if fact.kind is Kind.DURATION else MAX_RECORDS))
    return Condition(fact=name, selector=selector, comparison=draw(st.sampled_from(list(COMPARISONS))), limit=limit)


@given(conditions())
def test_what_is_written_reads_back_as_the_same(condition):
    assert parse_condition(str(condition)) == condition


PIECES = st.sampled_from(
    [*FACTS, "never", "and", "(", ")", "/", "*", "#", ">", ">=", "==", "60s", "0", "1e9", ".", "-1s", " ", "\t", "é", "٣", "\x00", "9" * 50]
)


@given(st.text(max_size=MAX_LENGTH + 5) | st.lists(PIECES, max_size=12).map("".join))
@example("ready > " + "9" * 280 + "s")
@example("restarts > " + "9" * 280)
@example("ready > .s")
@example("ready > 1.1.1s")
def test_whatever_is_said_is_understood_or_refused_at_a_column(text):
    try:
        condition = parse_condition(text)
    except ConditionError as refused:
        column = refused.column
    else:
        column = 1 if parse_condition(str(condition)) == condition else 0

    assert 1 <= column <= len(text) + 1


@pytest.mark.parametrize(
    ("selector", "names", "means"),
    [
        ("web", ("default/web", "web"), True),
        ("default/web", ("default/web", "web"), True),
        ("shop/web", ("default/web", "web"), False),
        ("Deployment/web", ("default/web-abc", "web-abc", "Deployment/web"), True),
        ("web-*", ("default/web-abc", "web-abc", "Deployment/web"), True),
        ("*", ("default/web", "web"), True),
        ("*/web", ("default/web", "web"), True),
        ("w*b*c", ("default/web-abc", "web-abc"), True),
        ("w*bb*c", ("default/web-abc", "web-abc"), False),
        ("web*web", ("default/web", "web"), False),
        ("*eb*e*b*", ("default/web", "web"), False),
    ],
)
def test_who_is_meant(selector, names, means):
    assert parse_condition(f"ready({selector}) > 0").means_pod(names) is means


@pytest.mark.parametrize(
    ("selector", "container", "means"), [("web/app", "app", True), ("web/*", "log", True), ("*/a*", "log", False), ("shop/web/app", "app", True)]
)
def test_which_containers_are_meant(selector, container, means):
    condition = parse_condition(f"oom({selector})")

    assert condition.means_pod(("shop/web", "web"))
    assert condition.means_container(container) is means
