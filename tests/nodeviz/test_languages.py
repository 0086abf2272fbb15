"""Does the reader get a page in the own language, and does what may be kept stay the same for everybody?"""

from __future__ import annotations

import json
import re
import shutil
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from nodeviz import pseudo_language
from nodeviz.languages import installed
from nodeviz.scenarios.models import Scenario

HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=3; plural=(n==1 ? 0 : n>=2 && n<=4 ? 1 : 2);\n"


def mo_file(texts: Mapping[str, str]) -> bytes:
    """As msgfmt writes it: numbers, then offsets, then texts."""
    pairs = sorted((english.encode(), other.encode()) for english, other in {"": HEADER, **texts}.items())
    start = 28 + 16 * len(pairs)
    tables, body = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<II", len(pair[column]), start + len(body))
            body += pair[column] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0) + tables[0] + tables[1] + body


@pytest.fixture
def czech(tmp_path: Path, settings: object) -> Iterator[None]:
    """A second language is installed."""
    folder = tmp_path / "cs" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(mo_file({"Gallery": "Galerie", "too many requests": "x", "Ready": "Připraven"}))
    (folder / "djangojs.mo").write_bytes(mo_file({"Play": "Přehrát", "{count} row\0{count} rows": "{count} řádek\0{count} řádky\0{count} řádků"}))
    settings.LOCALE_PATHS = [tmp_path]  # type: ignore[attr-defined]
    settings.LANGUAGES = installed(tmp_path)  # type: ignore[attr-defined]
    yield
    translation.deactivate()


def test_a_translation_is_offered_when_its_folder_is_there(tmp_path: Path):
    (tmp_path / "pt_BR" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "notes").mkdir()

    assert installed(tmp_path) == [("en", "English"), ("pt-br", "Português Brasileiro")]


def test_without_one_the_page_is_english_and_depends_on_nothing(client: Client, db: None):
    response = client.get("/gallery", headers={"accept-language": "cs"})

    assert ("Gallery" in response.text, '<html lang="en"' in response.text, 'id="catalogue"' in response.text) == (True, True, False)
    assert "Accept-Language" not in response.get("Vary", "")


def test_the_browsers_language_is_that_of_the_page(client: Client, czech: None, db: None):
    response = client.get("/gallery", headers={"accept-language": "cs, en;q=0.5"})

    assert ('<html lang="cs"' in response.text, "<h1>Galerie</h1>" in response.text) == (True, True)
    assert ("Accept-Language" in response["Vary"], response["Content-Language"]) == (True, "cs")


def test_the_scripts_get_their_catalogue_with_the_forms_of_plurals(client: Client, czech: None, db: None):
    page = client.get("/gallery", headers={"accept-language": "cs"}).text
    found = re.search(r'<script id="catalogue" type="application/json">(.*?)</script>', page)
    assert found
    catalogue = json.loads(found[1])

    assert catalogue["messages"]["Play"] == "Přehrát"
    assert catalogue["messages"]["{count} row\n"] == ["{count} řádek", "{count} řádky", "{count} řádků"]
    assert (catalogue["plurals"][:6], len(catalogue["plurals"])) == ("201112", 200)


def test_a_cookie_of_another_site_on_this_host_does_not_choose(client: Client, czech: None, db: None):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "cs"

    assert '<html lang="en"' in client.get("/gallery", headers={"accept-language": "en"}).text


def test_the_next_reader_does_not_get_the_language_of_the_one_before(client: Client, czech: None, db: None):
    pages = [client.get("/gallery", headers={"accept-language": language}).text for language in ("cs", "en", "cs", "fr")]

    assert [re.search(r'<html lang="(\w+)"', page)[1] for page in pages] == ["cs", "en", "cs", "en"]  # type: ignore[index]


@pytest.mark.parametrize("name", ["gates", "fields", "scenario-yaml"])
def test_what_may_be_kept_does_not_depend_on_the_language(client: Client, czech: None, make_scenario: Callable[[], Scenario], name: str):
    path = reverse(name, args=[make_scenario().pk] if name == "scenario-yaml" else [])
    answers = [client.get(path, headers={"accept-language": language}) for language in ("en", "cs")]

    assert "max-age" in answers[0]["Cache-Control"]
    assert answers[0].content == answers[1].content
    assert all("Accept-Language" not in answer.get("Vary", "") and "Content-Language" not in answer for answer in answers)


def test_a_static_file_does_not_depend_on_the_language(client: Client, czech: None):
    answers = [client.get("/static/js/theme.js", headers={"accept-language": language}) for language in ("en", "cs")]

    assert answers[0].content == answers[1].content
    assert all("Accept-Language" not in answer.get("Vary", "") for answer in answers)


@pytest.mark.parametrize("path", ["/gallery", "/e/{id}"])
def test_a_language_sets_no_cookie(client: Client, czech: None, redis_client: object, make_scenario: Callable[[], Scenario], path: str):
    response = client.get(path.format(id=make_scenario().pk), headers={"accept-language": "cs"})

    # What a form needs is there in every language.
    assert (response.status_code, set(response.cookies) - {"csrftoken"}) == (200, set())


def test_the_palette_of_a_page_speaks_the_readers_language(client: Client, czech: None, db: None):
    page = client.get("/p", headers={"accept-language": "cs"}).text

    assert '"label": "P\\u0159ipraven"' in page


# -- the pseudo-language ---------------------------------------------------------------------------------------------------------


def test_in_the_pseudo_language_every_text_stands_in_brackets(client: Client, settings: object, db: None):
    settings.PSEUDO_LANGUAGE = True  # type: ignore[attr-defined]
    page = client.get("/gallery").text
    translation.deactivate()

    assert ("<h1>⟦Gallery⟧</h1>" in page, 'id="catalogue"' in page) == (True, True)


def test_the_texts_of_a_module_are_found():
    source = 'say(t("one"), tn("{count} row", "{count} rows", 2), later(\n  "two \\"x\\""), it("not"), at("this"))'

    assert pseudo_language.texts_in(source) == [("t", "one", ""), ("tn", "{count} row", "{count} rows"), ("later", 'two "x"', "")]


# -- what translators get --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
def test_makemessages_finds_the_texts_of_templates_python_the_simulator_and_javascript(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch):
    settings.LOCALE_PATHS = [tmp_path]  # type: ignore[attr-defined]
    monkeypatch.chdir(Path(__file__).parents[2])
    call_command("makemessages", locale=["cs"], verbosity=0)
    django, scripts = ((tmp_path / "cs" / "LC_MESSAGES" / f"{domain}.po").read_text().replace('"\n"', "") for domain in ("django", "djangojs"))

    assert [text for text in ("Skip to the content", "must be a map, or null", "Running, not ready", "liveness probe") if text not in django] == []
    assert [text for text in ('msgid "Why it began"', 'msgid "Play or pause"', 'msgid_plural "{count} containers"') if text not in scripts] == []
    assert {text for call, text, _ in every_text() if text not in scripts.replace('\\"', '"')} == set()


def every_text() -> Iterator[tuple[str, str, str]]:
    """Of all modules, as the pseudo-language finds them."""
    for path in (Path(__file__).parents[2] / "static" / "js").rglob("*.js"):
        yield from pseudo_language.texts_in(path.read_text())
