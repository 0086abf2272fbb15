"""Under which address does a class reach this server? The one that the teacher's browser used, unless only this machine knows it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.request import validate_host

from nodeviz.own_names import is_loopback, own_names


def class_addresses(request: HttpRequest, path: str) -> dict[str, Any]:
    """`{"urls": [...], "only_here": bool}`: the addresses of a page for others, the best first.

    `only_here`: the server was started for this machine alone, so none of them works for others; `urls` then has what would work if it were not.
    """
    host, _, port = request.get_host().rpartition(":") if ":" in request.get_host().rpartition("]")[2] else (request.get_host(), "", "")
    if not is_loopback(host):
        return {"urls": [request.build_absolute_uri(path)], "only_here": False}
    names = [name for name in own_names() if not is_loopback(name)]
    # `manage.py up` lets its own names in when it listens for others; addresses come before names, which not every network knows.
    reached = [name for name in names if validate_host(name, settings.ALLOWED_HOSTS)]
    urls = [f"{request.scheme}://{name}{f':{port}' if port else ''}{path}" for name in sorted(reached or names, key=_is_name)]
    return {"urls": urls, "only_here": not reached}


def _is_name(host: str) -> bool:
    return not host.replace(".", "").isdecimal()
