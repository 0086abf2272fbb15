"""Does a browser get the service worker of what is installed now?"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from nodeviz import service_worker


@pytest.fixture
def answer(db):
    return Client().get("/sw.js")


def test_it_is_a_script_that_browsers_ask_for_anew(answer):
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "text/javascript; charset=utf-8", "no-cache")


def test_it_begins_with_the_release(answer):
    assert re.match(rb'const RELEASE = "[0-9a-f]{12}";\n/\*\*', answer.content)


def test_another_static_file_is_another_release():
    one, other = ({"css/base.css": f"css/base.{content}.css"} for content in ("0a1b2c3d4e5f", "ffffffffffff"))

    assert service_worker.release_of(one) != service_worker.release_of(other)


def test_nothing_can_be_sent_to_it(db):
    assert Client().post("/sw.js").status_code == 405
