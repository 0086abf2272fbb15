"""How is YAML read? Values as kubectl reads them, each with its place, within limits."""

import pytest

from simulator.limits import MAX_DOCUMENTS, MAX_YAML_ALIASES, MAX_YAML_DEPTH, MAX_YAML_NODES
from simulator.manifest.compose import Budget, compose
from simulator.manifest.nodes import Place, place_of
from tests.work import calls_of

POD = """\
kind: Pod
spec:
  containers:
  - name: app
    image: "main-app1:1.0"
"""


def composed(text):
    problems = []
    documents = compose("pods.yaml", text, Budget(), problems)
    return documents, problems


def value_of(text):
    documents, problems = composed(f"key: {text}\n")

    assert problems == []
    return documents[0].root["key"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("yes", True, id="yes is a boolean, as in YAML 1.1"),
        pytest.param("off", False, id="off is a boolean"),
        pytest.param("y", True, id="a lone y is a boolean"),
        pytest.param("YeS", "YeS", id="mixed case is text"),
        pytest.param("0777", 511, id="a leading zero is octal"),
        pytest.param("0o17", 15, id="0o is octal, too"),
        pytest.param("08", 8.0, id="08 is no octal number, so it is a float"),
        pytest.param("0x1F", 31, id="0x is hexadecimal"),
        pytest.param("-0b11", -3, id="0b is binary"),
        pytest.param("1_000", 1000, id="underscores group digits"),
        pytest.param("1e3", 1000.0, id="an exponent makes a float"),
        pytest.param(".5", 0.5, id="a float may begin with its dot"),
        pytest.param("1.2.3", "1.2.3", id="a version of three parts is text"),
        pytest.param("12:30:45", "12:30:45", id="base 60 is text, unlike in PyYAML"),
        pytest.param("2024-01-01", "2024-01-01", id="a date is text"),
        pytest.param("~", None, id="a tilde is null"),
        pytest.param("", None, id="nothing is null"),
        pytest.param('"8080"', "8080", id="quotes make text"),
        pytest.param("!!str 8080", "8080", id="the tag str makes text"),
        pytest.param("!!int 8", 8, id="the tag int keeps a number"),
        pytest.param("9223372036854775808", 2**63, id="integers may be large"),
        pytest.param("nginx", "nginx", id="a word that begins like null is text"),
    ],
)
def test_scalars_are_read_as_kubectl_reads_them(text, expected):
    assert value_of(text) == expected
    assert type(value_of(text)) is type(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("key: .inf", "json: unsupported value: .inf", id="infinity is no value of JSON"),
        pytest.param("key: !!python/object:os.system [x]", "the tag tag:yaml.org,2002:python/object:os.system is not allowed", id="a tag of Python is refused"),
        pytest.param("key: !secret x", "the tag !secret is not allowed", id="a tag of one's own is refused"),
        pytest.param("key: !!int x", "cannot decode 'x' as a !!int", id="a tag must fit its value"),
        pytest.param("a: 1\na: 2", 'key "a" already set in map', id="a key may stand once"),
        pytest.param("? [a]\n: 1", "a key must be text, not a list or a map", id="a key must be text"),
        pytest.param("a: *nowhere", "unknown anchor 'nowhere' referenced", id="an alias needs an anchor"),
        pytest.param("<<: 1", "map merge requires map or sequence of maps as the value", id="a merge needs a map"),
        pytest.param("just text", "a document must be a map with apiVersion and kind, not plain text", id="a document is a map"),
    ],
)
def test_what_yaml_allows_and_a_manifest_does_not(text, message):
    _, problems = composed(text)

    assert [problem.message for problem in problems] == [message]


def test_a_repeated_key_is_shown_where_it_stands_the_second_time():
    _, problems = composed("a: 1\nb: 2\na: 3\n")

    assert (problems[0].line, problems[0].column, problems[0].hint) == (3, 1, "it stands first on line 1")


@pytest.mark.parametrize(
    ("path", "at_key", "expected"),
    [
        pytest.param(("spec", "containers", 0, "image"), False, Place(5, 12), id="a value"),
        pytest.param(("spec", "containers", 0, "image"), True, Place(5, 5), id="its key"),
        pytest.param(("spec", "containers", 0), False, Place(4, 5), id="an item of a list"),
        pytest.param(("spec", "containers", 0, "ports", 3), False, Place(4, 5), id="what is missing is shown at the nearest ancestor"),
        pytest.param(("spec", "volumes"), False, Place(2, 1), id="a missing field is shown at the key above it"),
    ],
)
def test_every_value_has_a_place(path, at_key, expected):
    documents, _ = composed(POD)

    assert place_of(documents[0].root, path, at_key=at_key) == expected


def test_merged_keys_do_not_overwrite_written_ones_and_the_first_source_wins():
    documents, problems = composed("base: &a {k: 1, l: 1}\nother: &b {l: 2, m: 2}\nkey:\n  k: 0\n  <<: [*a, *b]\n")

    assert problems == []
    assert documents[0].root["key"] == {"k": 0, "l": 1, "m": 2}


def test_json_with_tabs_and_kyaml_with_comments_and_trailing_commas_are_yaml():
    documents, problems = composed('{\n\t"kind": "Pod", # a comment\n\t"spec": {"containers": [{"name": "a",},],},\n}\n')

    assert problems == []
    assert documents[0].root == {"kind": "Pod", "spec": {"containers": [{"name": "a"}]}}


def test_empty_documents_do_not_count_and_broken_text_keeps_what_stood_before_it():
    documents, problems = composed("---\n---\na: 1\n---\nb: [\n")

    assert [document.root for document in documents] == [{"a": 1}]
    assert len(problems) == 1


BOMB = "a: &a [x]\n" + "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[" * 100_000, f"nested more than {MAX_YAML_DEPTH} levels deep", id="100,000 brackets"),
        pytest.param("{a: " * 100_000, f"nested more than {MAX_YAML_DEPTH} levels deep", id="100,000 maps"),
        pytest.param("- " * 100_000, f"nested more than {MAX_YAML_DEPTH} levels deep", id="100,000 dashes"),
        pytest.param(BOMB, f"the documents have more than {MAX_YAML_NODES} values, aliases counted with what they repeat", id="nine lines of aliases"),
        pytest.param("a: &a x\nb: [" + "*a, " * (MAX_YAML_ALIASES + 1) + "]", f"more than {MAX_YAML_ALIASES} aliases", id="many small aliases"),
        pytest.param(
            "- 1\n" * MAX_YAML_NODES, f"the documents have more than {MAX_YAML_NODES} values, aliases counted with what they repeat", id="many values"
        ),
        pytest.param("---\na: 1\n" * (MAX_DOCUMENTS + 1), f"more than {MAX_DOCUMENTS} documents", id="many documents"),
    ],
)
def test_limits_end_the_reading_with_a_word(text, message):
    _, problems = composed(text)

    assert [problem.message for problem in problems] == [message]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 100_000, id="100,000 brackets"),
        pytest.param(BOMB, id="an alias bomb"),
        pytest.param("x" * 2_000_000, id="2 MB of one word"),
        pytest.param('a: "' + "x\n" * 1_000_000, id="2 MB in an open quote"),
        pytest.param("? " * 100_000, id="100,000 complex keys"),
        pytest.param('"a":\n' * 400_000, id="one key 400,000 times"),
        pytest.param("#\n" * 1_000_000, id="2 MB of comments"),
    ],
)
def test_hostile_text_is_given_up_after_a_few_steps(text):
    assert calls_of(lambda: composed(text)) < 10_000
