"""How does a run stand in somebody else's page, and what keeps all other pages out of frames?"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from nodeviz.runs.models import Run
from nodeviz.scenarios.models import Scenario

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

MakeRun = Callable[..., Run]
MakeScenario = Callable[..., Scenario]


def test_the_page_for_frames_may_be_framed_and_leaves_nothing_behind(client: Client, make_run: MakeRun) -> None:
    response = client.get(f"/e/{make_run().scenario_id}")

    assert response.status_code == 200
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert ("X-Frame-Options" in response, response["X-Robots-Tag"], dict(response.cookies)) == (False, "noindex", {})
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/", "/gallery", "/s/{id}", "/s/{id}.yaml", "/s/{id}.csv", "/s/{id}/why", "/oembed", "/e/AAAAAAAAAAA", "/static/css/base.css", "/no-such-page"]
)
def test_every_other_page_may_not(client: Client, make_run: MakeRun, path: str) -> None:
    response = client.get(path.format(id=make_run().scenario_id))

    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", '<html lang="en">'), ("?theme=dark", 'data-theme="dark"'), ("?theme=light", 'data-theme="light"'), ('?theme="><script>', '<html lang="en">')],
)
def test_the_address_may_choose_the_theme(client: Client, make_run: MakeRun, query: str, expected: str) -> None:
    assert expected in client.get(f"/e/{make_run().scenario_id}{query}").content.decode()


def test_a_hostile_title_stays_text(client: Client, make_scenario: MakeScenario) -> None:
    scenario = make_scenario()
    Scenario.objects.filter(pk=scenario.pk).update(title="</title><script>alert(1)</script>")

    assert b"<script>alert(1)" not in client.get(f"/e/{scenario.pk}").content


def test_the_page_of_a_run_says_where_oembed_asks(client: Client, make_run: MakeRun) -> None:
    run = make_run()
    page = client.get(f"/s/{run.scenario_id}")
    url = page.context["oembed_url"]

    assert f'<link rel="alternate" type="application/json+oembed" href="{url.replace("&", "&amp;")}"' in page.content.decode()
    assert url.startswith("http://testserver/oembed?")
    assert parse_qs(urlsplit(url).query)["url"] == [f"http://testserver/s/{run.scenario_id}"]
    assert client.get(url).json()["html"].startswith(f'<iframe src="http://testserver/e/{run.scenario_id}" width="800" height="420"')


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({}, (800, 420), id="as large as we like"),
        pytest.param({"maxwidth": "500", "maxheight": "300"}, (500, 300), id="within what the other page allows"),
        pytest.param({"maxwidth": "5000", "maxheight": "10"}, (800, 200), id="never beyond, and never too small to see"),
        pytest.param({"maxwidth": "-1", "maxheight": "1e9"}, (800, 420), id="nonsense allows everything"),
    ],
)
def test_the_size_of_a_frame(client: Client, make_scenario: MakeScenario, query: dict[str, str], expected: tuple[int, int]) -> None:
    answer = client.get("/oembed", {"url": f"http://testserver{make_scenario().get_absolute_url()}", **query}).json()

    assert (answer["type"], answer["version"], answer["width"], answer["height"]) == ("rich", "1.0", *expected)


@pytest.mark.parametrize(
    ("fragment", "kept"),
    [("t=1-5&at=2.5&sel=default/web/app@17", True), ('t=1"onload=alert(1)', False)],
    ids=["a part of the run stays a part", "what is no view is left out"],
)
def test_the_fragment_of_a_link(client: Client, make_scenario: MakeScenario, fragment: str, kept: bool) -> None:
    html = client.get("/oembed", {"url": f"http://testserver{make_scenario().get_absolute_url()}#{fragment}"}).json()["html"]

    assert ("#" in html, "onload" in html) == (kept, False)


@pytest.mark.parametrize(
    ("url", "query", "status"),
    [
        pytest.param("http://evil.example/s/{id}", {}, 404, id="another site"),
        pytest.param("http://testserver/s/AAAAAAAAAAA", {}, 404, id="no such run"),
        pytest.param("http://testserver/gallery", {}, 404, id="a page that is no run"),
        pytest.param("javascript:alert(1)//testserver/s/{id}", {}, 404, id="no address of a page"),
        pytest.param("http://[", {}, 404, id="no address at all"),
        pytest.param("", {}, 404, id="nothing"),
        pytest.param("http://testserver/s/{id}", {"format": "xml"}, 501, id="a form that we do not speak"),
        pytest.param("http://testserver/e/{id}", {"format": "json"}, 200, id="the frame itself"),
    ],
)
def test_what_is_answered_with_a_frame(client: Client, make_scenario: MakeScenario, url: str, query: dict[str, str], status: int) -> None:
    assert client.get("/oembed", {"url": url.format(id=make_scenario().pk), **query}).status_code == status
