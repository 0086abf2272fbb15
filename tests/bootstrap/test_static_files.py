"""Do static files carry hashes everywhere, do their imports lead somewhere, and are they answered as a browser expects?"""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from nodeviz.static_files import StaticFilesMiddleware

IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


def test_every_import_of_a_module_leads_to_a_hashed_file(collected):
    modules = list((collected / "js").rglob("*.js"))

    imports = [(module, module.parent / name) for module in modules for name in IMPORT.findall(module.read_text())]

    assert imports
    assert [(module.name, target.name) for module, target in imports if not (HASHED.search(target.name) and target.is_file())] == []


def test_only_hashed_files_are_kept(collected):
    assert [path.name for path in (collected / "js").rglob("*.js") if not HASHED.search(path.name)] == []


def test_ours_travel_without_their_comments(collected):
    pages = collected / "vendor" / "pages"
    ours = [path.read_text() for path in (*pages.glob("run.*"), *pages.glob("new.*"), *(collected / "css").glob("*.css")) if path.suffix in (".js", ".css")]

    assert len(ours) > 8
    assert not any(re.search(r"^ \* |/\*[* ]", text, re.MULTILINE) for text in ours)


@pytest.fixture
def ask(collected, settings):
    """The answer to a request for one of the collected files, without the rest of the application."""
    settings.STATIC_ROOT = collected
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = False
    served = StaticFilesMiddleware(lambda _: HttpResponse(status=404))
    (name,) = (path.relative_to(collected) for path in (collected / "css").glob("base.*.css"))

    def answer(method: str = "GET", **headers: str) -> HttpResponse:
        return served(RequestFactory().generic(method, f"/static/{name}", headers=headers))

    answer.size_bytes = (collected / name).stat().st_size
    return answer


def test_a_file_is_answered_in_one_piece_with_its_type(ask):
    answer = ask()

    assert (answer.status_code, answer.streaming, answer["Content-Type"], len(answer.content)) == (200, False, 'text/css; charset="utf-8"', ask.size_bytes)


def test_a_browser_that_understands_brotli_gets_it(ask):
    answer = ask(accept_encoding="gzip, br")

    assert (answer["Content-Encoding"], len(answer.content) < ask.size_bytes / 2, answer["Vary"]) == ("br", True, "Accept-Encoding")


def test_a_file_that_did_not_change_is_not_sent_again(ask):
    answer = ask(if_none_match=ask()["ETag"])

    assert (answer.status_code, answer.content) == (304, b"")


def test_a_part_of_a_file(ask):
    answer = ask(range="bytes=10-19")

    assert (answer.status_code, answer.content) == (206, ask().content[10:20])


def test_only_the_head_of_an_answer(ask):
    answer = ask("HEAD")

    assert (answer.content, answer["Content-Length"]) == (b"", str(ask.size_bytes))
