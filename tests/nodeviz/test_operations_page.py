"""Does docs/operations.md speak of metrics, commands and fields that there are?"""

from __future__ import annotations

import re

import pytest
import yaml
from django.core.management import get_commands
from django.test import Client

from nodeviz import logs
from nodeviz.supervisor import programs
from tests.surroundings import CHECKOUT

PAGE = (CHECKOUT / "docs" / "operations.md").read_text()


@pytest.mark.django_db
def test_every_metric_is_explained_and_every_explained_one_is_there(redis_client):
    text = Client().get("/metrics").content.decode()
    told = {name for name in re.findall(r"^# TYPE (nodeviz_\w+) \w+$", text, flags=re.MULTILINE) if not name.endswith("_created")}
    table = PAGE.partition("## Metrics")[2].partition("### What to watch")[0]
    explained = {name for row in re.findall(r"^\| (`.+?) \|", table, flags=re.MULTILINE) for name in re.findall(r"`(nodeviz_\w+)", row)}

    assert explained == told


def test_every_alert_asks_for_a_metric_that_is_explained():
    (block,) = re.findall(r"```yaml\n(groups:.+?)```", PAGE, flags=re.DOTALL)
    (group,) = yaml.safe_load(block)["groups"]
    asked = {name.removesuffix("_bucket") for rule in group["rules"] for name in re.findall(r"nodeviz_\w+", rule["expr"])}

    assert len(group["rules"]) >= 8
    assert asked <= set(re.findall(r"`(nodeviz_\w+)", PAGE))


def test_every_command_is_there():
    assert set(re.findall(r"manage\.py (\w+)", PAGE)) <= set(get_commands())


def test_every_field_of_the_log_is_explained():
    table = PAGE.partition("## Logs")[2].partition("## ")[0]

    assert set(logs.NAMES) <= set(re.findall(r"`(\w+)`", table))


def test_the_unit_of_systemd_names_what_is_there():
    assert (CHECKOUT / "run").exists()
    assert re.findall(r"^ExecReload=(.+)$", PAGE, flags=re.MULTILINE) == ["/srv/nodeviz/.venv/bin/python manage.py reload"]


def test_the_unit_of_a_web_process_starts_what_the_supervisor_starts():
    (words,) = re.findall(r"^ExecStart=/srv/nodeviz/.venv/bin/python (-m .+)$", PAGE, flags=re.MULTILINE)

    assert words.replace("%i", "8001").split() == list(programs.web("127.0.0.1", 8001).arguments[1:])
