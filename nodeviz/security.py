"""What may a page load, run and be framed by? Nothing of another origin, and no script or style that stands in the page itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

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
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
)

UNUSED_FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def policy_text(host: str) -> str:
    """The header's value for a page of this host. Older browsers do not count ws: and wss: of the same host as 'self'."""
    own_sockets = f" ws://{host} wss://{host}" if host else ""
    return "; ".join(f"{name} {sources}{own_sockets if name == 'connect-src' else ''}" for name, sources in POLICY.items())


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
        return response
