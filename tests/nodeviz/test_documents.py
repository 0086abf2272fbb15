"""What becomes of what a person hands in, before the simulator sees it?"""

from __future__ import annotations

import pytest

import simulator
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.documents import Document

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: shop}}
  template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: a, image: x}]}}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: app, image: 'app:1'}\n"


def document(name: str = "pods.yaml", content: str | bytes = POD) -> Document:
    return Document(name=name, content=content)


def problems_of(*documents: Document) -> list[simulator.Problem]:
    with pytest.raises(simulator.ManifestError) as refused:
        docs.load(documents)
    return list(refused.value.problems)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        pytest.param("pods.yaml", "pods.yaml", id="a plain name stays"),
        pytest.param("", docs.DEFAULT_NAME, id="no name gets the default"),
        pytest.param("C:\\Users\\me\\pods.yaml", "pods.yaml", id="a path of Windows is cut"),
        pytest.param("../../etc/passwd", "passwd", id="a path leads nowhere"),
        pytest.param("a\x00\x1b[31mb.yaml", "a[31mb.yaml", id="what does not print is dropped"),
        pytest.param("x" * 500, "x" * docs.MAX_NAME_CHARACTERS, id="a long name is cut"),
    ],
)
def test_names_are_cleaned(given: str, name: str) -> None:
    assert docs.clean_name(given) == name


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param("kühl".encode(), "kühl", id="UTF-8"),
        pytest.param(b"\xef\xbb\xbfa: 1", "a: 1", id="UTF-8 with a mark loses it"),
        pytest.param("a: ü".encode("utf-16"), "a: ü", id="UTF-16 with its mark"),
        pytest.param(b"a\r\nb\rc", "a\nb\nc", id="line ends become plain"),
        pytest.param("kühl".encode("latin-1"), "kühl".encode("latin-1"), id="anything else stays bytes, for the simulator to name the first bad one"),
    ],
)
def test_uploads_are_decoded(content: bytes, text: str | bytes) -> None:
    assert docs.uploaded_document("pods.yaml", content).content == text


def test_files_of_the_same_name_are_told_apart() -> None:
    named = docs.with_different_names([document("a.yaml"), document("a.yaml"), document("b.yaml"), document("a.yaml")])

    assert [d.name for d in named] == ["a.yaml", "2-a.yaml", "b.yaml", "3-a.yaml"]


def test_a_bad_byte_is_told_with_its_place() -> None:
    (problem,) = problems_of(document(content=b"kind: Pod\nname: k\xfchl\n"))

    assert (problem.line, problem.column, problem.message) == (2, 8, "the text is not UTF-8: byte 0xfc")


def test_too_much_text_is_told_with_both_figures() -> None:
    (problem,) = problems_of(document(content="#" * (2 << 20)))

    assert problem.message == "the input is too large: 2.0 MiB, at most 1 MiB can be run here"


def test_all_files_count_together() -> None:
    half = "#" * (docs.MAX_SCENARIO_BYTES // 2 + 1)

    assert docs.over_limits([document("a", half)]) == ()
    assert docs.over_limits([document("a", half), document("b", half)])


def test_too_many_files_are_told() -> None:
    (problem,) = problems_of(*(document(f"{n}.yaml", "") for n in range(docs.MAX_FILES + 1)))

    assert problem.message == "101 files are too many: at most 100 make one scenario"


def test_one_file_is_shown_as_it_is() -> None:
    assert docs.joined([document(content=POD)]).text == POD


def test_several_files_are_one_text_that_means_the_same() -> None:
    other = POD.replace("web", "db")
    shown = docs.joined([document("a.yaml", POD), document("b.yaml", other)]).text

    assert [pod.name for pod in docs.load([document(content=shown)]).pods] == ["web", "db"]


def test_problems_point_at_the_lines_of_the_joined_text() -> None:
    files = [document("a.yaml", POD), document("b.yaml", POD.replace("name: web", "nmae: db"))]
    with pytest.raises(simulator.ManifestError) as refused:
        docs.load(files)
    (typo,) = [problem for problem in docs.as_shown(refused.value.problems, files) if "nmae" in problem.message]

    assert "nmae" in docs.joined(files).text.split("\n")[typo.line - 1]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param(POD, "web", id="a pod gives its name"),
        pytest.param(f"{POD}---\n{POD.replace('web', 'db')}", "web and 1 more", id="the others are counted"),
        pytest.param(DEPLOYMENT, "shop", id="a controller's pods are not others"),
        pytest.param(f"{DEPLOYMENT}---\n{POD}", "shop and 1 more", id="a controller and a pod"),
        pytest.param(
            f"{POD}---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec: {{title: A title}}\n",
            "A title",
            id="a scenario's own title wins",
        ),
        pytest.param(
            f'{POD}---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec: {{title: "a\\0b\\nc"}}\n',
            "abc",
            id="what does not print is dropped",
        ),
    ],
)
def test_titles(text: str, title: str) -> None:
    assert docs.title_of(docs.load([document(content=text)])) == title
