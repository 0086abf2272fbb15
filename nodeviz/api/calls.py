"""What does a request ask? Its parameters and its body, read by what the document says of them; or a refusal."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match

import simulator
from nodeviz.api.document import JSON, Operation, Parameter
from nodeviz.api.refusals import BAD_MEDIA, BAD_REQUEST, NOT_ACCEPTABLE, NOT_FOUND, TOO_BIG, Refusal, refused_text
from nodeviz.scenarios.answers import too_big_message
from nodeviz.scenarios.bounds import MAX_BODY_BYTES, body_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that is as the document wants it."""

    request: HttpRequest
    given: Mapping[str, Any]
    """Parameters by name; None where neither the request nor the document says anything."""
    media: str
    """Which form of the answer is wanted; empty where it has no body."""
    body_media: str
    """Empty: there is no body."""
    body: Any
    """What was JSON as values; anything else as bytes."""

    def address(self, path: str) -> str:
        """Absolute, of a path of ours."""
        return self.request.build_absolute_uri(path)


def read(request: HttpRequest, operation: Operation, from_path: Mapping[str, str]) -> Call:
    """Raises Refusal."""
    media = _wanted(request, operation)
    given = _parameters(request, operation, from_path)
    body_media, body = _body(request, operation) if operation.bodies else ("", None)
    return Call(request=request, given=given, media=media, body_media=body_media, body=body)


def _wanted(request: HttpRequest, operation: Operation) -> str:
    if not operation.media:
        return ""
    found = request.get_preferred_type(list(operation.media)) if request.headers.get("Accept") else operation.media[0]
    if found is None:
        raise Refusal(NOT_ACCEPTABLE, _("the answer is one of: %(list)s") % {"list": ", ".join(operation.media)})
    # `*/*` leaves the choice to us.
    return operation.media[0] if request.headers.get("Accept") == "*/*" else str(found)


# -- parameters --------------------------------------------------------------------------------------------------------------------


def _parameters(request: HttpRequest, operation: Operation, from_path: Mapping[str, str]) -> dict[str, Any]:
    known = {each.name for each in operation.parameters if each.place == "query"}
    for name in request.GET:
        if name not in known:
            close = difflib.get_close_matches(name, sorted(known), n=1)
            hint = _("; did you mean %(name)s?") % {"name": close[0]} if close else ""
            raise Refusal(BAD_REQUEST, _("there is no parameter %(name)s") % {"name": repr(name)} + hint)
    return {each.name: _value(each, _said(request, each, from_path)) for each in operation.parameters}


def _said(request: HttpRequest, parameter: Parameter, from_path: Mapping[str, str]) -> str | None:
    match parameter.place:
        case "path":
            return from_path[parameter.name]
        case "header":
            return request.headers.get(parameter.name)
        case _:
            listed = request.GET.getlist(parameter.name)
            if len(listed) > 1:
                raise Refusal(BAD_REQUEST, _("the parameter %(name)s is there more than once") % {"name": parameter.name})
            return str(listed[0]) if listed else None


def _value(parameter: Parameter, said: str | None) -> Any:
    if said is None:
        return parameter.default
    value = _typed(said, parameter.schema["type"])
    error = best_match(parameter.validator.iter_errors(value))
    if error is None:
        return value
    if parameter.place == "path":
        raise Refusal(NOT_FOUND, _("there is nothing under this address"))
    raise Refusal(BAD_REQUEST, f"{parameter.name}: {_in_words(error)}")


def _typed(said: str, kind: str) -> Any:
    """As the type that is wanted; as it is if it is none, which the schema then refuses."""
    try:
        if kind == "integer":
            return int(said) if said.isascii() and said.lstrip("-").isdecimal() and len(said) < 20 else said
        if kind == "number":
            return json.loads(said, parse_constant=_no_number) if said.isascii() and len(said) < 40 else said
    except ValueError:
        return said
    return said


def _no_number(constant: str) -> float:
    """Neither `NaN` nor `Infinity` is smaller than anything. Raises ValueError."""
    raise ValueError(constant)


# -- the body ----------------------------------------------------------------------------------------------------------------------


def _body(request: HttpRequest, operation: Operation) -> tuple[str, Any]:
    media = (request.content_type or "").lower()
    if media not in operation.bodies:
        known = ", ".join(operation.bodies)
        raise Refusal(BAD_MEDIA, _("the body must be one of: %(list)s") % {"list": known}, headers={"Accept-Post": known})
    # Not all that announce their size say the truth, and some say nothing.
    content = b"" if body_bytes(request) > MAX_BODY_BYTES else request.read(MAX_BODY_BYTES + 1)
    if body_bytes(request) > MAX_BODY_BYTES or len(content) > MAX_BODY_BYTES:
        raise Refusal(TOO_BIG, too_big_message())
    return media, _checked_json(content, operation.bodies[media]) if media == JSON else content


def _checked_json(content: bytes, validator: Draft202012Validator) -> Any:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as wrong:
        raise Refusal(BAD_REQUEST, _("the body is not JSON: %(why)s") % {"why": wrong}) from wrong
    error = best_match(validator.iter_errors(value))
    if error is not None:
        raise refused_text((simulator.Problem(path=error.json_path.removeprefix("$").removeprefix("."), message=_in_words(error)),))
    return value


def _in_words(error: ValidationError) -> str:
    """The schema's own words, without a value that may be megabytes."""
    return error.message if len(error.message) <= 200 else f"{error.message[:100]} … {error.message[-90:]}"
