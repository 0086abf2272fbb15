"""What do inputs that are made to explode cost, and where do they end? Texts, records, and the memory of a worker's process."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import simulator
from nodeviz.runs import tasks
from nodeviz.runs.frames import MAX_FRAME_CHARACTERS, MAX_FRAME_RECORDS, characters, cut
from nodeviz.runs.journal import CannotCompute
from nodeviz.runs.tasks import in_time, in_words
from nodeviz.supervisor import programs
from tests.surroundings import CHECKOUT

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: x}]}\n"
LONG_IMAGE = "x/" * 60_000 + "x"


def pod_with(field: str) -> str:
    return POD.replace("{name: web}", f"{{name: web, {field}}}")


LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
YES, NO = True, False


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [
        pytest.param(POD + "---\n" + LAUGHS, NO, id="a billion laughs"),
        pytest.param("a: " + "[" * 500_000, NO, id="half a million brackets"),
        pytest.param("a:\n" + "".join(f"{' ' * n}- a:\n" for n in range(900)), NO, id="nine hundred levels by indentation"),
        pytest.param("? " * 100_000, NO, id="keys of keys"),
        pytest.param(POD + "".join(f"--- &x{n}\n*x{n}\n" for n in range(3)), NO, id="an anchor that is itself"),
        pytest.param("&a [*a]", NO, id="a list in itself"),
        pytest.param("&a {<<: *a}", NO, id="a map merged into itself"),
        pytest.param(POD.replace("image: x", 'image: !!python/object/apply:os.system ["true"]'), NO, id="a tag that runs something"),
        pytest.param("!!python/object/new:os.system [true]", NO, id="a document that runs something"),
        pytest.param(POD.replace("image: x", "image: !<tag:yaml.org,2002:python/name:os.system> x"), NO, id="a tag in full"),
        pytest.param("%TAG ! tag:yaml.org,2002:python/\n---\n!name:os.system x", NO, id="a tag by a prefix of its own"),
        pytest.param(pod_with("annotations: {a: " + "9" * 5_000 + "}"), YES, id="a number of five thousand digits"),
        pytest.param(pod_with("annotations: {a: 0x" + "f" * 100_000 + "}"), YES, id="a hexadecimal number of a hundred thousand digits"),
        pytest.param(POD.replace("image: x", "image: x, ports: [{containerPort: 1e999}]"), NO, id="a number beyond all"),
        pytest.param(pod_with("annotations: {a: " + "1:" * 50_000 + "1}"), YES, id="sexagesimals, which YAML 1.2 does not know"),
        pytest.param(pod_with("labels: {" + ", ".join(f"k{n}: v" for n in range(20_000)) + "}"), YES, id="twenty thousand labels"),
        pytest.param(pod_with("labels: {" + ", ".join(["a: b"] * 20_000) + "}"), NO, id="one label twenty thousand times"),
        pytest.param("\n---\n".join([POD] * 1_000), NO, id="a thousand times the same pod"),
        pytest.param(POD.replace("web", "w\0eb"), NO, id="NUL"),
        pytest.param(POD.replace("web", "w\ud800eb"), NO, id="half a surrogate pair"),
        pytest.param(POD.replace("web", '"w\\ud800eb"'), NO, id="half a surrogate pair, escaped"),
        pytest.param(POD.replace("web", '"w\\0eb"'), NO, id="NUL, escaped"),
        pytest.param(POD.replace("web", "w\u202eeb"), NO, id="a name that reads backwards"),
        pytest.param(POD.replace("web", "wеb"), NO, id="a name with a Cyrillic letter"),
        pytest.param(POD.replace("image: x", 'image: "x\u202ey"'), YES, id="an image that reads backwards"),
        pytest.param("\ufeff" + POD, YES, id="a byte order mark"),
        pytest.param(POD + "\ufeff", YES, id="a byte order mark at the end"),
        pytest.param(POD.replace("web", "w\u2028eb"), NO, id="a line separator"),
        pytest.param(POD + "#" + "\x07\x1b[2J", NO, id="control characters"),
        pytest.param("{{ 7 * 7 }}" + POD, NO, id="a template"),
        pytest.param("\t" * 100_000, NO, id="tabs"),
        pytest.param("'" + "''" * 300_000, NO, id="quotes"),
        pytest.param(POD.replace("image: x", f'image: "{LONG_IMAGE}"'), YES, id="an image of 120,000 characters"),
    ],
)  # fmt: skip
@pytest.mark.django_db
@pytest.mark.usefixtures("redis_client")
def test_a_hostile_text_is_taken_or_refused_in_words(text: str, is_taken: bool) -> None:
    client = Client()
    answer = client.post("/check", json.dumps({"text": text}), content_type="application/json")

    assert (answer.status_code, not answer.json()["problems"]) == (200, is_taken)
    assert all(len(problem["message"]) < 2_000 for problem in answer.json()["problems"])
    # Every other question about the same text is answered, too.
    asked = {path: client.post(f"/{path}", json.dumps({"text": text}), content_type="application/json").status_code for path in QUESTIONS}
    assert set(asked.values()) <= {200, 422}


QUESTIONS = ("edit", "behaviors", "intervene", "book", "knobs", "follow")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-7", "gb18030", "iso2022_jp"])
@pytest.mark.django_db
@pytest.mark.usefixtures("redis_client")
def test_a_file_in_another_encoding_is_read_or_refused(encoding: str) -> None:
    text = POD.replace("name: app", 'name: app, command: ["\u65e5\u672c+AAA-"]').encode(encoding)
    answer = Client().post("/run", {"files": SimpleUploadedFile("x.yaml", text)}, headers={"Accept": "application/json"})

    assert answer.status_code in (201, 422)


def test_keys_are_texts_whose_hash_nobody_knows() -> None:
    """Python's hash of a number is the number modulo 2^61-1, the same in each process; that of a text has a key, drawn at the start. So no key is a number."""
    numbers = ", ".join(f"{n * (2**61 - 1)}: x" for n in range(1, 2_000))
    loaded = simulator.load({"pods.yaml": POD + f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata: {{{numbers}}}\n"})
    programs_are_told = [word for program in (programs.web("x", 1), programs.worker()) for word in (*program.arguments, *program.environment)]

    assert not [key for key in keys_of(simulator.pod_specs(simulator.load_with_sources({"pods.yaml": POD}))) if not isinstance(key, str)]
    assert loaded.pods
    assert "PYTHONHASHSEED" not in " ".join(programs_are_told)
    assert len({subprocess.check_output((sys.executable, "-c", "print(hash('a'))")) for _ in range(3)}) > 1


def keys_of(value: Any) -> list[Any]:
    """Of all maps in it."""
    if isinstance(value, dict):
        return [*value, *(key for each in value.values() for key in keys_of(each))]
    return [key for each in value for key in keys_of(each)] if isinstance(value, list | tuple) else []


def test_a_run_that_takes_too_long_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "WALL_LIMIT_S", -1)

    with pytest.raises(CannotCompute, match="Stopped after"):
        list(in_time(simulator.simulate(simulator.load({"pods.yaml": POD}))))


# -- records -----------------------------------------------------------------------------------------------------------------------


def record(seq: int, text: str) -> dict[str, Any]:
    return {"seq": seq, "t": 0.0, "layer": "event", "message": text}


def test_frames_of_long_records_are_short() -> None:
    frames = list(cut(record(n, "x" * 100_000) for n in range(1_000)))

    assert max(sum(map(characters, frame)) for frame in frames) <= MAX_FRAME_CHARACTERS + 100_010
    assert [each["seq"] for frame in frames for each in frame] == list(range(1_000))


def test_frames_of_ordinary_records_are_full() -> None:
    frames = list(cut(record(n, "x" * 200) for n in range(3_000)))

    assert MAX_FRAME_RECORDS in map(len, frames)


def test_a_long_name_that_every_record_repeats_ends_the_run_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is reached after minutes; here it is smaller, and the records are real ones."""
    monkeypatch.setattr(tasks, "MAX_TRACE_CHARACTERS", 500_000)
    text = POD.replace("image: x", f'image: "{LONG_IMAGE}"')

    with pytest.raises(CannotCompute, match="too long to be kept"):
        list(in_time(simulator.simulate(simulator.load({"pods.yaml": text}))))


# -- memory ------------------------------------------------------------------------------------------------------------------------

TAKES_TOO_MUCH = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["WORKER_MEMORY_MIB"] = "256"
import django
django.setup()
from nodeviz.celery import bound_memory
from nodeviz.runs.tasks import in_words
bound_memory()
kept = []
try:
    while len(kept) < 4096:
        kept.append(bytearray(1 << 20))
except MemoryError as error:
    taken = len(kept)
    kept.clear()
    print(taken < 256, in_words(error, version="0", seed=1))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no limit for what a process holds")
def test_a_process_of_a_worker_takes_no_more_memory_than_it_may() -> None:
    done = subprocess.run((sys.executable, "-c", TAKES_TOO_MUCH), cwd=CHECKOUT, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("True Stopped, because computing this takes more memory")


def test_a_run_without_memory_says_so() -> None:
    assert "more memory than one run may have" in in_words(MemoryError(), version="1", seed=1)
