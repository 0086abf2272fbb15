"""Which fields can be written where, and what do they mean? For the editor's completion."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

import simulator


@require_safe
def fields(request: HttpRequest) -> JsonResponse:
    """Every kind of document with its fields. It changes only with the simulator, whose version the page has in the address."""
    response = JsonResponse(table())
    response["Cache-Control"] = "public, max-age=86400"
    return response


@functools.cache
def table() -> dict[str, Any]:
    """As `simulator.field_table` says; made once a process, because it reads the schemas of every version."""
    return simulator.field_table()
