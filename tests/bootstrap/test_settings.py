"""Is an installation safe as it is set up, and is a wrong setting one sentence?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from nodeviz.runs import tasks
from nodeviz.scenarios import bounds
from tests.surroundings import CHECKOUT

STRONG = "kq7Zr2Wn9XvB4mTs6Jh1Lc8Pd3Fg5Ay0Ue-RiOoNbVwQxEzMtK"
PRODUCTION = {"HTTPS": "true", "SECRET_KEY": STRONG, "ALLOWED_HOSTS": "nodeviz.example.org"}


def manage(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`manage.py`, as an installation runs it."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        (sys.executable, "manage.py", *arguments),
        cwd=CHECKOUT,
        env={**inherited, "VAR_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "silenced"),
    [
        pytest.param({}, 1, id="that the name is on no list of browsers is not for Django to decide"),
        pytest.param({"HSTS_PRELOAD": "true"}, 0, id="a name that may be on the list"),
    ],
)
def test_an_installation_behind_tls_passes_djangos_own_checks(tmp_path, environment, silenced):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, **environment)

    assert (done.returncode, done.stdout) == (0, f"System check identified no issues ({silenced} silenced).\n"), done.stderr


HSTS = """
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory
print(SecurityMiddleware(lambda _: HttpResponse())(RequestFactory().get("/", secure=True, HTTP_X_FORWARDED_PROTO="https")).get("Strict-Transport-Security"))
"""


@pytest.mark.parametrize(
    ("environment", "header"),
    [
        pytest.param({}, "None", id="without TLS nothing"),
        pytest.param(PRODUCTION, "max-age=31536000; includeSubDomains", id="the list is nothing that anybody is put on unasked"),
        # https://hstspreload.org asks for exactly this: a year, all names below, and the word.
        pytest.param({**PRODUCTION, "HSTS_PRELOAD": "true"}, "max-age=31536000; includeSubDomains; preload", id="what the list demands"),
    ],
)
def test_what_browsers_are_told_about_tls(tmp_path, environment, header):
    done = manage(tmp_path, "shell", "-v", "0", "-c", HSTS, **environment)

    assert (done.stdout, done.stderr) == (f"{header}\n", "")


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        pytest.param({"DEBUG": "perhaps"}, "The environment variable DEBUG is 'perhaps'; expected true or false.", id="nonsense"),
        pytest.param(
            {"HTTPS": "true", "SECRET_KEY": STRONG},
            "HTTPS is on, so the environment variables SECRET_KEY and ALLOWED_HOSTS must be set.",
            id="TLS without a host",
        ),
        pytest.param(
            {"HSTS_PRELOAD": "true"}, "HSTS_PRELOAD is on, so the environment variable HTTPS must be true.", id="the list of names with TLS, without it"
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path, environment, sentence):
    done = manage(tmp_path, "up", **environment)

    assert (done.returncode, done.stderr) == (1, sentence + "\n")


def test_debug_is_off_unless_somebody_wants_it(tmp_path):
    done = manage(tmp_path, "diffsettings", "--output", "unified")

    assert "+ DEBUG = True" not in done.stdout


def test_a_run_ends_itself_before_celery_does_and_celery_before_the_broker_gives_it_to_another():
    limits = (tasks.WALL_LIMIT_S, settings.CELERY_TASK_TIME_LIMIT, settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"])

    assert limits == tuple(sorted(limits))


def test_django_reads_as_much_of_a_request_as_the_views_do():
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE >= bounds.MAX_BODY_BYTES


def test_workers_take_nothing_but_json():
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
