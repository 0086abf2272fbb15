"""Who is let in, and in which order is a request looked at? Origin, method, how often, form of the answer, parameters, body; then the operation is asked.

Nothing here or behind it looks at a cookie. What authorises stands in the request itself (`Authorization`), so no other site can act in a visitor's name, and
Django's check of forms is not needed. A page of another origin may read, as everybody may, and change nothing, whoever looks at it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from nodeviz.api.calls import Call, read
from nodeviz.api.document import Operation, bucket_of
from nodeviz.api.refusals import BAD_METHOD, FORBIDDEN, NOT_FOUND, TOO_OFTEN, UNAVAILABLE, Refusal, answer_of
from nodeviz.database_away import DATABASE_AWAY, RETRY_AFTER_S, no_database_message
from nodeviz.scenarios.answers import too_often_message
from nodeviz.scenarios.bounds import may_take

Handler = Callable[[Call], HttpResponseBase]

SHORT = "public, max-age=300"
"""Of what changes only when another version is installed."""
FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
"""It may be kept, but not shown without asking whether it is still right."""

EXPOSED = "ETag, Location, Retry-After"
A_DAY_S = "86400"


def view_of(by_method: Mapping[str, Operation], handlers: Mapping[str, Handler]) -> Callable[..., HttpResponseBase]:
    """The view of one path."""
    allowed = [*by_method, *(["HEAD"] if "GET" in by_method else []), "OPTIONS"]

    @csrf_exempt
    def view(request: HttpRequest, **from_path: str) -> HttpResponseBase:
        method = request.method or ""
        if method == "OPTIONS":
            return _may_be_read(_preflight(allowed))
        operation = by_method.get("GET" if method == "HEAD" else method)
        try:
            response = _answer(request, operation, allowed, handlers, from_path)
        except Refusal as refusal:
            response = answer_of(refusal)
        except DATABASE_AWAY as error:
            response = answer_of(Refusal(UNAVAILABLE, no_database_message(error), headers={"Retry-After": RETRY_AFTER_S}))
        return finished(request, response, is_safe=method in ("GET", "HEAD"))

    return view


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponseBase:
    """Any other address."""
    return finished(request, answer_of(Refusal(NOT_FOUND, _("there is nothing under this address"))), is_safe=request.method in ("GET", "HEAD"))


def _answer(
    request: HttpRequest, operation: Operation | None, allowed: list[str], handlers: Mapping[str, Handler], from_path: Mapping[str, str]
) -> HttpResponseBase:
    if operation is None:
        raise Refusal(BAD_METHOD, _("this address knows: %(list)s") % {"list": ", ".join(allowed)}, headers={"Allow": ", ".join(allowed)})
    if not operation.is_safe and not _is_ours(request):
        raise Refusal(FORBIDDEN, _("a page of another site asked for it"))
    bucket = bucket_of(operation)
    # Not by the browser's own part of it, whose name is a cookie.
    if bucket and not may_take(bucket, request.META.get("REMOTE_ADDR", ""), ""):
        raise Refusal(TOO_OFTEN, too_often_message(), headers={"Retry-After": str(math.ceil(60 / bucket.per_minute))})
    return handlers[operation.id](read(request, operation, from_path))


def _is_ours(request: HttpRequest) -> bool:
    """Was it sent by no page, or by one of this site? Browsers say which page sends, and no script of it can change that."""
    origin = request.headers.get("Origin")
    return origin is None or origin in (f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS)


def _preflight(allowed: list[str]) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Allow"] = ", ".join(allowed)
    response["Access-Control-Allow-Methods"] = ", ".join(method for method in allowed if method in ("GET", "HEAD"))
    response["Access-Control-Allow-Headers"] = "Accept, If-None-Match, Last-Event-ID"
    response["Access-Control-Max-Age"] = A_DAY_S
    return response


def _may_be_read(response: HttpResponseBase) -> HttpResponseBase:
    """By scripts of any page: they get what anybody gets, because no cookie counts."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = EXPOSED
    return response


def finished(request: HttpRequest, response: HttpResponseBase, *, is_safe: bool) -> HttpResponseBase:
    """With what every answer has; without what is there already, or not wanted."""
    patch_vary_headers(response, ("Accept",))
    response.headers.setdefault("Cache-Control", "no-store")
    response["X-Robots-Tag"] = "noindex"
    if not is_safe:
        return response
    etag = response.get("ETag")
    if etag and response.status_code == 200:
        known = get_conditional_response(request, etag=etag, response=response)
        response = known if known is not None else response
    if request.method == "HEAD" and response.streaming:
        # Nobody reads it, so nobody makes it.
        headers = dict(response.items())
        response = HttpResponse(status=response.status_code)
        response.headers.update(headers)
    return _may_be_read(response)


def kept(response: HttpResponseBase, cache_control: str, *content: object) -> HttpResponseBase:
    """An answer that may be kept; `content` is what it depends on."""
    response["Cache-Control"] = cache_control
    response["ETag"] = f'W/"{hashlib.sha256(repr(content).encode(errors="surrogatepass")).hexdigest()[:32]}"'
    return response
