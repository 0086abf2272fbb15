"""Where does a browser get the service worker of lessons and rooms? From the root: it may only look after addresses below its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

SOURCE = settings.BASE_DIR / "static" / "js" / "sw.js"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script, under the release that is installed. Browsers ask for it anew at each visit of a page that registers it."""
    response = HttpResponse(f'const RELEASE = "{installed_release()}";\n{SOURCE.read_text()}', content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def installed_release() -> str:
    """Of what was collected; of nothing, where nothing was."""
    return release_of(getattr(staticfiles_storage, "hashed_files", {}))


def release_of(hashed_files: Mapping[str, str]) -> str:
    """12 characters that are others when any static file is another."""
    listed = "\n".join(f"{name} {hashed}" for name, hashed in sorted(hashed_files.items()))
    return hashlib.sha256(listed.encode()).hexdigest()[:12]


urlpatterns = [path("sw.js", service_worker, name="service-worker")]
