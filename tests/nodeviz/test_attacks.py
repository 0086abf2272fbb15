"""What can a stranger do to the addresses of this site? Every route is attacked; a route that nobody decided about fails the tests."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as installed
from django.test import Client
from django.urls import reverse

from nodeviz.classroom import room_codes
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.tasks import simulate_run
from nodeviz.scenarios import models
from nodeviz.scenarios.bounds import RUNS, part_of
from nodeviz.scenarios.models import Scenario
from tests.nodeviz.routes import DECISIONS, FORM, FRAMED, KEPT_BY_ALL, READ, routes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: x}]}\n"
EVIL = "http://evil.example/x?y=http://evil.example"

READS = [route for route in routes() if DECISIONS.get(route.name) == READ]
FORMS = [route for route in routes() if DECISIONS.get(route.name) == FORM]


def by_name(found: list[Any]) -> list[Any]:
    return [pytest.param(route, id=route.name) for route in found]


@pytest.fixture
def finished(make_run: Callable[..., Run]) -> Run:
    """A run that everything can be asked about."""
    run = make_run(POD)
    simulate_run.apply(args=[run.pk])
    run.refresh_from_db()
    assert run.state == RunState.FINISHED
    return run


# -- other sites -------------------------------------------------------------------------------------------------------------------


def test_every_address_has_a_decision() -> None:
    assert sorted(route.name for route in routes()) == sorted(DECISIONS)


BODIES = [
    pytest.param({"data": {"text": POD, "token": "x"}}, id="a form"),
    pytest.param({"data": json.dumps({"text": POD}), "content_type": "text/plain"}, id="JSON that calls itself text, which needs no preflight"),
    pytest.param({"data": json.dumps({"text": POD}), "content_type": "application/json"}, id="JSON"),
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("route", by_name(FORMS))
def test_another_site_posts_nothing_in_a_visitors_name(route: Any, body: dict[str, Any], make_scenario: Callable[..., Scenario]) -> None:
    path = route.path(scenario=make_scenario().pk)
    visitor = Client(enforce_csrf_checks=True)
    visitor.get("/")
    foreign = Client(enforce_csrf_checks=True, headers={"Origin": "http://evil.example"})
    token = foreign.get("/").cookies["csrftoken"].value

    # Without the token; and with a token that was found out somehow, from a page of another origin.
    assert [visitor.post(path, **body).status_code, foreign.post(path, **body, headers={"X-CSRFToken": token}).status_code] == [403, 403]
    assert Scenario.objects.count() == 1


@pytest.mark.parametrize("route", by_name(READS))
def test_what_is_read_cannot_be_posted_to(route: Any) -> None:
    path = route.path()

    assert {method: getattr(Client(), method)(path).status_code for method in ("post", "put", "patch", "delete", "options", "trace")} == dict.fromkeys(
        ("post", "put", "patch", "delete", "options", "trace"), 405
    )


@pytest.mark.parametrize("route", by_name(FORMS))
def test_what_is_posted_to_does_nothing_by_another_method(route: Any, make_scenario: Callable[..., Scenario]) -> None:
    path = route.path(scenario=make_scenario().pk)
    headers = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST", "X-Method-Override": "POST"}
    methods = ("get", "head", "put", "patch", "delete", "options", "trace")
    answers = {method: getattr(Client(headers=headers), method)(f"{path}?_method=POST").status_code for method in methods}

    assert answers == dict.fromkeys(methods, 405)
    assert Scenario.objects.count() == 1


@pytest.mark.parametrize("route", by_name(READS))
def test_nothing_but_the_embedded_page_stands_in_a_frame_of_others(route: Any, finished: Run) -> None:
    headers = Client().get(route.path(scenario=finished.scenario_id)).headers
    is_framed = "frame-ancestors *" in headers["Content-Security-Policy"] and "X-Frame-Options" not in headers

    assert is_framed == (route.name in FRAMED)
    assert is_framed or headers["X-Frame-Options"] == "DENY"


# -- caches ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", by_name(READS))
def test_every_answer_has_its_headers(route: Any, finished: Run) -> None:
    response = Client().get(route.path(scenario=finished.scenario_id))
    kept = {word.strip().partition("=")[0] for word in response.headers["Cache-Control"].split(",")}

    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if route.name in FRAMED else "same-origin")
    assert response.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    # What is somebody's is in no cache but the reader's own.
    assert ("public" in kept) == (route.name in KEPT_BY_ALL)
    assert "public" in kept or kept & {"private", "no-store", "no-cache"}
    # And nowhere for somebody else's cookie.
    assert "csrftoken" not in response.cookies or "Cookie" in response.headers["Vary"]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-Forwarded-Host": "evil.example"}, id="a forwarded host"),
        pytest.param({"Forwarded": "host=evil.example;proto=https"}, id="the standard's form of it"),
        pytest.param({"X-Forwarded-Proto": "https", "X-Forwarded-Port": "666"}, id="another scheme and port"),
        pytest.param({"X-Original-URL": "/gallery", "X-Rewrite-URL": "/gallery"}, id="another address"),
    ],
)
@pytest.mark.parametrize("name", ["run-page", "run-embed", "oembed", "new"])
def test_no_header_writes_itself_into_a_page(name: str, headers: dict[str, str], finished: Run) -> None:
    path = reverse(name, args=[finished.scenario_id] if name.startswith("run") else [])
    pages = [Client(headers=sent).get(path, {"url": f"http://testserver/s/{finished.scenario_id}"}) for sent in ({}, headers)]

    assert without_tokens(pages[0]) == without_tokens(pages[1])


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "testserver:80@evil.example", "testserver\tevil", ""])
@pytest.mark.parametrize("name", ["new", "oembed", "join"])
def test_another_host_gets_nothing(host: str, name: str) -> None:
    answer = Client(headers={"Host": host}).get(reverse(name))

    assert (answer.status_code, b"evil" in answer.content) == (400 if host else answer.status_code, False)


@pytest.mark.parametrize(
    "path",
    [
        "/join?code=//evil.example",
        "/join?code=BCDFGH%0d%0aLocation:%20//evil.example",
        "//evil.example/",
        "//evil.example/..",
        "/%2f%2fevil.example/",
        "/r/BCD%20FGH",
        "/r/bcdfgh",
    ],
)
@pytest.mark.parametrize("secure", [False, True])
def test_no_address_leads_away(path: str, secure: bool, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = secure
    response = Client().generic("GET", path)
    to = response.headers.get("Location", "/")

    assert to.startswith("https://testserver/" if secure else "/")
    assert secure or not to.startswith(("//", "/\\"))
    assert "\n" not in to


# -- guessing ----------------------------------------------------------------------------------------------------------------------


def test_a_link_a_token_and_a_code_hold_enough_chance() -> None:
    ids = {models.new_id() for _ in range(2_000)}
    tokens = {models.new_token() for _ in range(2_000)}
    codes = {room_codes.new_code() for _ in range(2_000)}

    assert (len(ids), len(tokens)) == (2_000, 2_000)
    assert (models.ID_BYTES * 8, models.TOKEN_BYTES * 8) == (64, 128)
    assert room_codes.LENGTH * math.log2(len(room_codes.ALPHABET)) > 28
    # Each place of them varies.
    assert all(len({text[place] for text in found}) > 20 for found in (ids, tokens, codes) for place in range(min(map(len, found)) - 1))


WITH_LINK = [route for route in routes() if "<scenario_id:" in route.pattern]


@pytest.mark.parametrize("route", by_name(WITH_LINK))
def test_what_never_was_and_what_is_gone_are_told_alike(route: Any, make_scenario: Callable[..., Scenario]) -> None:
    gone = make_scenario()
    gone_id = gone.pk
    gone.delete()
    ask = Client().get if DECISIONS[route.name] == READ else Client().post
    answers = [ask(route.path(scenario=link)) for link in ("AAAAAAAAAAA", gone_id)]

    assert answers[0].status_code == 404
    assert without_tokens(answers[0]) == without_tokens(answers[1])


def test_no_page_lists_anybody_elses_link(finished: Run) -> None:
    pages = [Client().get(route.path(scenario="AAAAAAAAAAA")) for route in READS]

    assert not [page.request["PATH_INFO"] for page in pages if finished.scenario_id.encode() in content_of(page)]


# -- addresses on the inside and outside -------------------------------------------------------------------------------------------

WATCHED = {"on": False}
SEEN: list[str] = []
OWN_ADDRESS_LOOKUP = ("192.0.2.1", 9)
"""own_names.py asks the kernel which address of ours would be used; no packet is sent."""


def on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if not WATCHED["on"]:
        return
    if event == "socket.connect" and not isinstance(arguments[1], (str, bytes)) and arguments[1] != OWN_ADDRESS_LOOKUP:
        SEEN.append(f"{event} {arguments[1]}")
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request", "http.client.connect", "subprocess.Popen", "os.system"):
        SEEN.append(f"{event} {arguments[0]}")


@pytest.fixture
def outside() -> Iterator[list[str]]:
    """Every connection, name that is looked up and program that is started meanwhile. Redis is a file."""
    if "hook" not in WATCHED:
        sys.addaudithook(on_event)
        WATCHED["hook"] = True
    SEEN.clear()
    WATCHED["on"] = True
    yield SEEN
    WATCHED["on"] = False


FETCHED = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: web, annotations: {{a: "{EVIL}"}}}}
spec:
  containers:
  - name: app
    image: "evil.example/x:1"
    command: [sh, -c, "curl {EVIL}; wget {EVIL}; nc evil.example 80; cat < /dev/tcp/evil.example/80"]
    livenessProbe: {{httpGet: {{host: evil.example, port: 80, path: "{EVIL}"}}}}
  volumes: [{{name: v, nfs: {{server: evil.example, path: /}}}}]
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {{name: x}}
spec: {{title: "{EVIL}", description: "![x]({EVIL}) [y]({EVIL})", until: 60s}}
"""


def test_no_address_that_a_person_wrote_is_ever_asked(outside: list[str], make_run: Callable[..., Run]) -> None:
    run = make_run(FETCHED)
    WATCHED["on"] = "postgres" not in installed.DATABASES["default"]["ENGINE"]
    simulate_run.apply(args=[run.pk])
    names = (
        "url",
        "text",
        "name",
        "a",
        "b",
        "code",
        "example",
        "next",
        "parent",
        "lesson",
        "scenario",
        "token",
        "format",
        "maxwidth",
        "id",
        "address",
        "image",
    )
    for route in routes():
        path = route.path(scenario=run.scenario_id)
        if DECISIONS[route.name] == READ:
            assert Client(headers={"Referer": EVIL, "Origin": EVIL}).get(path, dict.fromkeys(names, EVIL)).status_code != 500
        elif route.name not in ("try", "run-delete"):
            for text in (EVIL, FETCHED):
                words = {**dict.fromkeys(names, EVIL), "text": text}
                assert Client().post(path, words).status_code < 500
                assert Client().post(path, json.dumps(words), content_type="application/json").status_code < 500

    run.refresh_from_db()
    assert (run.state, outside) == (RunState.FINISHED, [])


# -- nonsense ----------------------------------------------------------------------------------------------------------------------

NONSENSE = ["\0", "\ud800", "\u202e", "../../etc/passwd", "%00", "' OR 1=1 --", "{{7*7}}", "x" * 5_000, "-1", "NaN", "1e999", "[]", "{}", "💥", "__proto__"]


@pytest.mark.parametrize("route", by_name([route for route in routes() if route.name != "try"]))
def test_nonsense_is_answered(route: Any, finished: Run) -> None:
    path = route.path(scenario=finished.scenario_id)
    names = (
        "text",
        "name",
        "a",
        "b",
        "a.kubernetes",
        "code",
        "example",
        "url",
        "parent",
        "lesson",
        "scenario",
        "token",
        "format",
        "maxwidth",
        "theme",
        "answers",
    )
    client = Client(raise_request_exception=False)
    client.cookies.clear()
    statuses = set()
    for value in NONSENSE:
        if DECISIONS[route.name] == READ:
            statuses.add(client.get(path, {name: value.encode(errors="surrogatepass").decode(errors="replace") for name in names}).status_code)
        else:
            for body in (dict.fromkeys(names, value), {name: [value] for name in names}, [value], value):
                statuses.add(client.post(path, json.dumps(body), content_type="application/json").status_code)

    assert 500 not in statuses


@pytest.mark.parametrize("route", by_name(FORMS))
def test_a_form_with_parts_is_answered_where_json_is_wanted(route: Any, make_scenario: Callable[..., Scenario]) -> None:
    """By a visitor with a token: the check for it has read the parts before the view wants the body."""
    visitor = Client(enforce_csrf_checks=True, raise_request_exception=False)
    token = visitor.get("/").cookies["csrftoken"].value

    assert visitor.post(route.path(scenario=make_scenario().pk), {"text": ""}, headers={"X-CSRFToken": token}).status_code < 500


PARTS = "multipart/form-data; boundary=b"
LINE = "application/x-www-form-urlencoded"


def parts(form: str) -> str:
    """A thousand of them."""
    return "".join(f"--b\r\nContent-Disposition: form-data; {form.format(n)}\r\n\r\nx\r\n" for n in range(1_000)) + "--b--"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        pytest.param(parts('name="files"; filename="{}"'), PARTS, 400, id="a thousand files"),
        pytest.param(parts('name="f{}"'), PARTS, 400, id="a thousand fields"),
        pytest.param("&".join(f"f{n}=x" for n in range(1_000)), LINE, 400, id="a thousand fields in a line"),
        pytest.param("--b\r\n", PARTS, 422, id="a part without an end"),
        pytest.param("x", "multipart/form-data", 400, id="no boundary"),
        pytest.param("x", "multipart/form-data; boundary=" + "b" * 5_000, 400, id="a long boundary"),
        pytest.param("[" * 100_000, "application/json", 422, id="deep JSON"),
        pytest.param("text=x", f"{LINE}; charset=utf-7", 400, id="an encoding of its own"),
    ],
)
def test_bodies_that_are_made_to_explode(body: str, content_type: str, expected: int) -> None:
    assert Client(raise_request_exception=False).post("/run", body, content_type=content_type).status_code == expected


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/cron.d/evil", "evil"),
        ("..\\..\\windows\\evil.yaml", "evil.yaml"),
        ("/etc/passwd", "passwd"),
        ("a\0b.yaml", "ab.yaml"),
        ("\u202egpj.yaml", "gpj.yaml"),
        ("..", ".."),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
    ],
)
def test_a_file_s_name_is_a_label_and_no_path(name: str, kept: str) -> None:
    answer = Client().post("/run", {"text": POD, "name": name}, headers={"Accept": "application/json"}).json()

    assert Scenario.objects.get(pk=answer["url"].rpartition("/")[2]).files[0]["name"] == kept


# -- how often ---------------------------------------------------------------------------------------------------------------------


def presses(client: Client, count: int) -> int:
    """How often Run is taken."""
    return sum(client.post("/run", {"text": POD}, headers={"Accept": "application/json"}).status_code == 201 for _ in range(count))


def browser() -> Client:
    """Somebody's, with the cookie that it has after its first page."""
    client = Client()
    client.get("/")
    return client


MORE = 20
"""So many more than a bucket holds; it fills meanwhile, but not so fast."""


def test_one_browser_takes_its_part_and_leaves_the_rest_to_its_neighbours() -> None:
    part = part_of(RUNS).capacity

    assert part <= presses(browser(), part + MORE) < part + MORE
    assert presses(browser(), 5) == 5


def test_who_is_another_browser_each_time_is_still_one_address() -> None:
    assert sum(presses(browser(), 1) for _ in range(RUNS.capacity + MORE)) < RUNS.capacity + MORE


def test_a_forged_forwarded_address_is_no_other_address() -> None:
    numbers = range(RUNS.capacity + MORE)
    clients = [Client(headers={"X-Forwarded-For": f"192.0.2.{n}", "X-Real-IP": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}"}) for n in numbers]

    assert sum(presses(client, 1) for client in clients) < len(numbers)


# -- what two answers have in common -----------------------------------------------------------------------------------------------


def content_of(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


def without_tokens(response: Any) -> tuple[int, dict[str, str], bytes]:
    """All of an answer, without what is drawn anew each time."""
    token = response.cookies["csrftoken"].value if "csrftoken" in response.cookies else "no token"
    headers = {name: value for name, value in response.headers.items() if name not in ("Set-Cookie", "Content-Length")}
    body = b"\n".join(line for line in content_of(response).replace(token.encode(), b"").split(b"\n") if b"csrfmiddlewaretoken" not in line)
    return response.status_code, headers, body
