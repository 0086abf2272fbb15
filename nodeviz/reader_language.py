"""In which language does a reader get a page? In the first of the browser's that is installed, else in English.

What may be kept, or is taken along as a file, is the same for everybody. No cookie, no address of its own for a language.
"""

from __future__ import annotations

import contextlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import trans_real
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog

from nodeviz import pseudo_language

DOMAIN = "djangojs"
"""What makemessages finds in static/js."""

PLURALS_UP_TO = 200
"""Every rule of CLDR repeats after a hundred; translate.js takes larger counts from the second hundred."""

SHOWN = ("text/html", "application/json")


class LanguageMiddleware(MiddlewareMixin):
    """Activates the reader's language, and tells caches that it mattered."""

    def process_request(self, request: HttpRequest) -> None:
        """Decided by Accept-Language alone."""
        activate_language(request.headers.get("Accept-Language", ""))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """With one language nothing depends on it; and what may be kept never does."""
        is_kept = "max-age" in response.get("Cache-Control", "")
        if len(settings.LANGUAGES) > 1 and not is_kept and response.get("Content-Type", "").startswith(SHOWN):
            patch_vary_headers(response, ("Accept-Language",))
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response


def activate_language(accepted: str) -> None:
    """For all that is said from here on, in this request or on this socket."""
    translation.activate(language_of(accepted))
    if settings.PSEUDO_LANGUAGE:
        pseudo_language.activate()


def language_of(accepted: str) -> str:
    """The first of the browser's languages that is installed. Django's own choice would ask a cookie first, which another site on this host may have set."""
    for wanted, _ in trans_real.parse_accept_lang_header(accepted):
        with contextlib.suppress(LookupError):
            return translation.get_supported_language_variant(wanted)
    return settings.LANGUAGE_CODE


def context(request: HttpRequest) -> dict[str, Any]:
    """What each template may say of the language: its code, and the catalogue for the scripts (static/js/text/page-config.js); None in English."""
    language = translation.get_language() or "en"
    if settings.PSEUDO_LANGUAGE:
        return {"LANGUAGE_CODE": language, "catalogue": pseudo_language.catalogue()}
    return {"LANGUAGE_CODE": language, "catalogue": None if language == "en" else catalogue_of(language)}


def catalogue_of(language: str) -> dict[str, Any]:
    """`{messages, plurals}`: English to the other language, and a digit for each count below PLURALS_UP_TO: which form it takes.

    A text with a plural is there twice: as its singular, and with a line break behind it for all forms.
    """
    source = DjangoTranslation(language, domain=DOMAIN)
    view = JavaScriptCatalog()
    view.translation = source
    messages: dict[str, Any] = {}
    for english, other in view.get_catalog().items():
        if isinstance(other, list):
            messages[f"{english}\n"] = other
            other = other[0]
        messages[english] = other
    return {"messages": messages, "plurals": "".join(str(source.plural(count)) for count in range(PLURALS_UP_TO))}
