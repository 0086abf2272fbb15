"""What may a page load, run and be framed by? Nothing of another origin, and no script or style that stands in the page itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.clickjacking import xframe_options_exempt

SHA256_OF_NOTHING = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
"""Plotly adds one empty style element and fills it through the DOM afterwards."""

POLICY: Mapping[str, str] = MappingProxyType(
    {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'self' {SHA256_OF_NOTHING}",
        # A chart that is exported as a picture is a data: or blob: address first.
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "connect-src": "'self'",
        # The service worker of lessons and rooms (service_worker.py).
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
)

FRAMED_POLICY: Mapping[str, str] = MappingProxyType({**POLICY, "form-action": "'none'", "frame-ancestors": "*"})
"""Of what may stand in anybody's page: nothing that a click does there changes anything on the server, so a click that was stolen does no harm."""

ASK_AGAIN = "private, no-cache"
"""Of an answer that says nothing else: only the browser may keep it, and must ask whether it is still right. What can be deleted is in no cache of others."""

UNUSED_FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def policy_text(host: str, policy: Mapping[str, str] = POLICY) -> str:
    """The header's value for a page of this host. Older browsers do not count ws: and wss: of the same host as 'self'."""
    own_sockets = f" ws://{host} wss://{host}" if host else ""
    return "; ".join(f"{name} {sources}{own_sockets if name == 'connect-src' else ''}" for name, sources in policy.items())


def may_be_framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose page may stand in a frame of any other. Never one with a form or a button that the server acts upon."""

    @xframe_options_exempt
    @wraps(view)
    def framed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = policy_text(request.get_host(), FRAMED_POLICY)
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return framed


class ContentSecurityPolicyMiddleware(MiddlewareMixin):
    """Puts the policy on every response, static files among them."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """A host that is not ours gets the policy too; CommonMiddleware has refused it by then."""
        try:
            host = request.get_host()
        except DisallowedHost:
            host = ""
        response.headers.setdefault("Content-Security-Policy", policy_text(host))
        response.headers.setdefault("Permissions-Policy", UNUSED_FEATURES)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", ASK_AGAIN)
        return response
