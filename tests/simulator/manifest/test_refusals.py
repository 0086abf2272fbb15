"""What is a person told whose text is no manifest? The place, what is wrong, what to do; and all problems at once."""

import pytest

import simulator
from simulator.limits import MAX_INPUT_BYTES, MAX_PODS

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: app\n    image: nginx:1.27\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "nginx:1.27"}]}
"""


def problems_of(text, **options):
    with pytest.raises(simulator.ManifestError) as caught:
        simulator.load({"pods.yaml": text}, **options)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        pytest.param("", 1, 1, "the text is empty", "paste a pod", id="nothing at all"),
        pytest.param("# nothing\n", 1, 1, "the text has only comments", "paste a pod", id="only comments"),
        pytest.param("hello", 1, 1, "a document must be a map", "is a colon missing", id="a word"),
        pytest.param("a: 1", 1, 1, "error validating data: [apiVersion not set, kind not set]", "a pod begins with", id="some other YAML"),
        pytest.param("kind: Pod\n", 1, 1, "error validating data: [apiVersion not set]", "a pod begins with", id="no apiVersion"),
        pytest.param("apiVersion: v1\nkind: Service\nmetadata: {name: s}\n", 1, 1, "no pod in it, only Service/s", "a pod, or a Deployment", id="no pod"),
        pytest.param("apiVersion: v1\nkind: pod\n", 2, 7, 'no matches for kind "pod" in version "v1"', 'did you mean "Pod"?', id="a kind in small letters"),
        pytest.param("apiVersion: v1\nkind: Pdo\n", 2, 7, 'no matches for kind "Pdo"', 'did you mean "Pod"?', id="a misspelt kind"),
        pytest.param("apiVersion: apps/v1\nkind: Pod\n", 1, 13, 'no matches for kind "Pod" in version "apps/v1"', "use apiVersion: v1", id="the wrong group"),
        pytest.param("apiVersion: extensions/v1beta1\nkind: Deployment\n", 1, 13, "no matches for kind", "apps/v1", id="a retired version"),
        pytest.param("containers:\n- name: app\n", 1, 1, "this is the spec of a pod without the pod", "put it under spec:", id="a bare pod spec"),
        pytest.param("services:\n  web: {image: nginx}\n", 1, 1, "this is a Compose file", "kompose convert", id="a Compose file"),
        pytest.param("resources:\n- deployment.yaml\n", 1, 1, "this is a Kustomization", "kubectl kustomize", id="a Kustomization without kind"),
        pytest.param("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", 1, 1, "there is no pod in it", "kustomize", id="a Kustomization"),
        pytest.param("apiVersion: v2\nname: chart\nversion: 1.0.0\n", 1, 1, "this is the Chart.yaml of a Helm chart", "helm template", id="a Chart.yaml"),
        pytest.param("replicaCount: 1\nimage: {tag: x}\n", 1, 1, "this is the values file of a Helm chart", "helm template", id="a values.yaml"),
        pytest.param("{{- if .Values.on }}\n" + POD, 1, 1, "this is a Helm template", "helm template", id="a template that is not even YAML"),
        pytest.param(POD.replace("web", "{{ .Values.name }}"), 3, 18, "this is a Helm template", "helm template", id="a template that is YAML by chance"),
        pytest.param(POD + "  hostNetwork: ${HOST}\n", 8, 16, "json: cannot unmarshal string into", "this is a shell variable", id="an empty variable"),
        pytest.param(POD + "\thostNetwork: true\n", 8, 1, "yaml: while scanning", "use spaces", id="a tab"),
        pytest.param(POD.replace("app\n", "app: x\n"), 6, 14, "yaml: mapping values are not allowed in this context", "needs quotes", id="a colon in a value"),
        pytest.param(POD.replace("nginx:1.27", "'nginx"), 8, 1, "yaml: while scanning a quoted scalar", "a quote is opened", id="an open quote"),
        pytest.param(POD + "  a: [1, 2\n", 9, 1, "yaml: while parsing a flow sequence", "is not closed", id="an open bracket"),
        pytest.param(POD + "  restartPolcy: Never\n", 8, 3, 'unknown field "spec.restartPolcy"', 'did you mean "restartPolicy"?', id="a misspelt field"),
        pytest.param(POD + "    activeDeadlineSeconds: 3\n", 8, 5, "unknown field", "it belongs 1 level up, under spec", id="a field one level too deep"),
        pytest.param(POD + "  image: x\n", 8, 3, "unknown field", "it belongs under containers", id="a field one level too high"),
        pytest.param(POD.replace("nginx:1.27", "8080"), 7, 12, "json: cannot unmarshal number into", "put it in quotes", id="a number for text"),
        pytest.param(POD + "    command: sleep 10\n", 8, 14, "json: cannot unmarshal string into", '["sleep", "10"]', id="text for a list"),
        pytest.param(POD + "    env: {A: b}\n", 8, 10, "json: cannot unmarshal object into", "as a list of {name: ..., value: ...}", id="a map for a list"),
        pytest.param(POD + "    tty: 'true'\n", 8, 10, "json: cannot unmarshal string into", "without quotes", id="text for a boolean"),
        pytest.param(POD + "  terminationGracePeriodSeconds: 30s\n", 8, 34, "json: cannot unmarshal string into", "seconds: 30", id="a duration for seconds"),
        pytest.param(POD + "    resources: {limits: {memory: 1GB}}\n", 8, 34, "quantities must match the regular expression", "write it like 1Gi", id="1GB"),
        pytest.param(POD + "---\n" + POD, 11, 18, 'pods "web" already exists', "it stands first on line 1", id="the same pod twice"),
        pytest.param(DEPLOYMENT.replace("s: 1", "s: 99999"), 5, 13, f"at most {MAX_PODS} pods can be simulated", "110 pods", id="too many replicas"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_place_its_message_and_a_way_out(text, line, column, message, hint):
    (problem,) = problems_of(text)

    assert (problem.line, problem.column) == (line, column)
    assert message in problem.message
    assert hint in problem.hint


def test_a_problem_prints_as_one_line_with_file_place_path_and_message():
    (problem,) = problems_of(POD + "  restartPolicy: always\n")

    assert str(problem) == (
        'pods.yaml:8:18: spec.restartPolicy: Unsupported value: "always": supported values: "Always", "OnFailure", "Never"; did you mean "Always"?'
    )


def test_a_wrong_type_is_told_in_the_words_of_kubectl():
    (problem,) = problems_of(POD + "    ports: [{containerPort: eighty}]\n")

    assert problem.message == "json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32"


def test_all_problems_of_all_documents_come_at_once_in_the_order_of_the_text():
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: My_Pod}\nspec:\n  containers:\n  - name: app\n    imagePullPolicy: always\n  foo: 1\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {}\n"
        "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec: {until: soon}\n"
    )

    problems = problems_of(text)

    assert [(p.line, p.path) for p in problems] == [
        (3, "metadata.name"),
        (6, "spec.containers[0].image"),
        (7, "spec.containers[0].imagePullPolicy"),
        (8, "spec.foo"),
        (13, "spec.containers"),
        (17, "spec.until"),
    ]


def test_what_has_the_wrong_type_or_a_wrong_name_is_not_missing_as_well():
    problems = problems_of("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: 1, imagge: x}]}\n")

    assert [p.path for p in problems] == ["spec.containers[0].name", "spec.containers[0].imagge"]


def test_lenient_reading_makes_unknown_fields_warnings():
    scenario = simulator.load({"pods.yaml": POD + "  restartPolcy: Never\n"}, strict=False)

    assert scenario.warnings == ('pods.yaml:8:3: spec.restartPolcy: unknown field "spec.restartPolcy"; did you mean "restartPolicy"?',)


def test_files_are_named_and_read_in_their_order():
    with pytest.raises(simulator.ManifestError) as caught:
        simulator.load({"b.yaml": POD + "  foo: 1\n", "a.yaml": "kind: x\n"})

    assert [problem.file for problem in caught.value.problems] == ["b.yaml", "a.yaml"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("kind: Pod # \u00e4".encode("latin-1"), "the text is not UTF-8: byte 0xe4", id="Latin-1"),
        pytest.param(b"\x1f\x8b\x08\x00", "this is a gzip file, not YAML", id="gzip"),
        pytest.param(b"\xff\xfe\x00", "the text is not UTF-16-LE: byte 0x00", id="half a character"),
        pytest.param(b"a: \x00", "yaml: control characters are not allowed (#x0000)", id="a zero byte"),
        pytest.param("a: \ud800", "the text holds half of a surrogate pair", id="half a surrogate pair"),
        pytest.param("#" * (MAX_INPUT_BYTES + 1), "the input is larger than 4 MiB", id="too much"),
    ],
)
def test_bytes_that_are_no_text_are_refused(content, message):
    (problem,) = problems_of(content)

    assert problem.message == message


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf" + POD.encode(), id="UTF-8 with a byte order mark"),
        pytest.param(POD.encode("utf-16"), id="UTF-16"),
        pytest.param(POD.encode("utf-16-be"), id="UTF-16 without a byte order mark"),
        pytest.param(POD.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(POD.replace("\n", "\r"), id="old Mac line ends"),
        pytest.param("%YAML 1.1\n---\n" + POD + "...\n", id="a YAML directive and an end mark"),
    ],
)
def test_every_encoding_of_yaml_is_read(content):
    assert [pod.key for pod in simulator.load({"pods.yaml": content}).pods] == ["default/web"]


def test_at_most_two_hundred_problems_are_listed():
    problems = problems_of(POD + "".join(f"  foo{n}: 1\n" for n in range(1000)))

    assert len(problems) == 201
    assert problems[-1].message == "more than 200 problems; only the first are listed"


def test_a_value_of_a_megabyte_is_not_repeated_in_full():
    problems = problems_of(POD.replace("web", "A" * 1_000_000))

    assert max(len(str(problem)) for problem in problems) < 3000


@pytest.mark.parametrize(
    ("options", "path", "message"),
    [
        pytest.param({"kubernetes": "1.99"}, "kubernetes", 'Kubernetes version "1.99" cannot be simulated: 1.27 to 1.36 can', id="a version to come"),
        pytest.param({"until": "soon"}, "until", 'time: invalid duration "soon"', id="no duration"),
        pytest.param({"until": "999d"}, "until", '"999d" must be between 0s and 366d', id="a very long run"),
        pytest.param({"seed": -1}, "seed", "-1 must be between 0 and 9223372036854775807", id="a negative seed"),
    ],
)
def test_options_are_checked_like_the_text(options, path, message):
    (problem,) = problems_of(POD, **options)

    assert (problem.path, problem.message) == (path, message)
