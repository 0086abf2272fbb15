"""Does docker-compose.yml start what the supervisor starts, in the right order, watched over, and with no rights that it does not need?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nodeviz import env
from nodeviz.supervisor import programs
from tests.surroundings import CHECKOUT

COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OWN = ("web", "worker", "reaper", "migrate")
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()


@pytest.mark.parametrize(
    ("service", "program"),
    [
        ("web", programs.web("0.0.0.0", 8000)),
        ("worker", programs.worker()),
        ("reaper", programs.reaper()),
        ("migrate", programs.migrate()),
    ],
)
def test_a_service_is_the_program_that_the_supervisor_starts(service, program):
    assert SERVICES[service]["command"] == ["python" if word == sys.executable else word for word in program.arguments]


def test_the_image_alone_is_the_web_server():
    (words,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, flags=re.MULTILINE)

    assert yaml.safe_load(words) == SERVICES["web"]["command"]


def test_redis_keeps_what_it_was_told_as_the_embedded_one_does():
    embedded = programs.redis_server("redis-server", Path("redis.sock"), Path("data")).arguments

    assert " ".join(SERVICES["redis"]["command"][1:]) in " ".join(embedded)


def test_a_worker_is_stopped_as_the_supervisor_stops_it():
    assert SERVICES["worker"]["stop_signal"] == programs.worker().stop_signal.name


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "migrate"])
def test_every_service_that_stays_is_watched_over(service):
    assert SERVICES[service]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("service", ["web", "worker", "reaper"])
def test_nothing_serves_before_tables_broker_and_database_are_there(service):
    conditions = {name: wanted["condition"] for name, wanted in SERVICES[service]["depends_on"].items()}

    assert conditions == {"migrate": "service_completed_successfully", "redis": "service_healthy", "postgres": "service_healthy"}


@pytest.mark.parametrize("service", OWN)
def test_our_services_have_no_rights_that_they_do_not_need(service):
    given = SERVICES[service]

    assert (given["read_only"], given["cap_drop"], given["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])


def test_the_image_does_not_run_as_root():
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, flags=re.MULTILINE) == ["nodeviz"]


def test_nothing_but_the_web_server_is_published_and_only_to_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_no_environment_has_a_secret():
    found = {name for service in SERVICES.values() for name in service.get("environment", ()) if re.search("SECRET|PASSWORD|TOKEN", name)}

    assert {name for name in found if not name.endswith("_FILE")} == set()
    assert "PASSWORD}" not in (CHECKOUT / "docker-compose.yml").read_text()


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "redis"])
def test_each_file_of_a_secret_is_mounted(service):
    given = SERVICES[service]
    wanted = {Path(value).name for value in given["environment"].values() if str(value).startswith("/run/secrets/")}

    assert wanted == set(given["secrets"]) <= set(COMPOSE["secrets"])


def test_every_variable_is_one_that_is_read():
    assert set(COMPOSE["x-nodeviz"]["environment"]) <= env.VARIABLES


def test_every_setting_that_means_something_in_a_container_is_handed_on():
    of_the_image = {"VAR_DIR", "STATIC_ROOT"}
    of_one_machine = {"HOST", "PORT", "PYTHON", "MIN_FREE_MB"}  # The last looks at SQLite's disk.
    of_development = {"DEBUG", "PSEUDO_LANGUAGE"}
    secret = set(env.SECRETS) | {f"{name}_FILE" for name in env.SECRETS}

    assert env.VARIABLES - of_the_image - of_one_machine - of_development - secret <= set(COMPOSE["x-nodeviz"]["environment"])


def test_the_script_makes_secrets_that_are_strong_enough_and_keeps_what_is_there(tmp_path):
    folder = tmp_path / "secrets"
    made = []
    for _ in range(2):
        subprocess.run((CHECKOUT / "secrets.sh",), env={"PATH": os.environ["PATH"], "SECRETS_DIR": str(folder)}, check=True)
        made.append({path.name: path.read_text() for path in folder.iterdir()})

    assert made[0] == made[1]
    assert set(made[0]) == set(COMPOSE["secrets"])
    assert env.secret_key({"SECRET_KEY": made[0]["secret_key"]})
    assert env.token({"METRICS_TOKEN": made[0]["metrics_token"]}, "METRICS_TOKEN")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_the_image_is_made_of_is_let_into_its_build():
    allowed = {line.removeprefix("!").rstrip("/") for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE) for name in line.split() if name != "."}

    # What lies in a folder that is let in is let in, too.
    assert {name for name in copied if name not in allowed and name.partition("/")[0] not in allowed} == set()
    assert {"manage.py", "nodeviz", "simulator", "static", "templates", "scenarios"} <= allowed
    # There is no language besides English until somebody begins one.
    assert all((CHECKOUT / name).exists() for name in allowed - {"locale"})
