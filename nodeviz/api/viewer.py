"""How does a person read the document? As one page that is made of it here: no script, nothing from elsewhere, so the policy of all pages holds."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from nodeviz.api.document import JSON, METHODS, Schema, bucket_of, document, operations, resolved
from nodeviz.api.gate import SHORT, finished, kept
from nodeviz.api.refusals import KINDS

SHOWN_TYPES = {"null": "null", "object": "object", "array": "list"}
BOUNDS = (("minimum", "at least"), ("maximum", "at most"), ("minItems", "at least"), ("maxItems", "at most"), ("maxLength", "characters: at most"))


@require_safe
def openapi(request: HttpRequest) -> HttpResponseBase:
    """For generators of clients and for tests."""
    response = kept(JsonResponse(document(), json_dumps_params={"ensure_ascii": False}), SHORT, document())
    return finished(request, response, is_safe=True)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """For people."""
    context = {
        "info": document()["info"],
        "openapi_url": reverse("api-openapi"),
        "groups": groups(request.build_absolute_uri("/").rstrip("/")),
        "schemas": schemas(),
        "problems": [{"slug": slug, "status": status, "title": title} for status, (slug, title) in KINDS.items()],
    }
    return render(request, "api/docs.html", context)


def groups(site: str) -> list[dict[str, Any]]:
    """The operations under their tags. `site`: what the commands ask."""
    found: dict[str, dict[str, Any]] = {tag["name"]: {**tag, "operations": []} for tag in document()["tags"]}
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                shown = operation(site, path, method, item)
                found[shown["tag"]]["operations"].append(shown)
    return list(found.values())


def operation(site: str, path: str, method: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """One of them, in words."""
    said = item[method]
    parameters = [resolved(each) for each in (*item.get("parameters", ()), *said.get("parameters", ()))]
    bodies = resolved(said.get("requestBody", {})).get("content", {})
    bucket = bucket_of(operations()[path][method.upper()])
    return {
        "id": said["operationId"],
        "tag": said["tags"][0],
        "method": method.upper(),
        "path": path,
        "summary": said["summary"],
        "description": said.get("description", ""),
        "bucket": bucket,
        "needs_token": "security" in said,
        "parameters": [{**each, "words": words_of(each["schema"])} for each in parameters],
        "bodies": [{"media": media, "words": words_of(content["schema"])} for media, content in bodies.items()],
        "body_example": _example(bodies),
        "answers": [_answer(status, resolved(each)) for status, each in said["responses"].items()],
        "command": command(site, path, method.upper(), bodies, needs_token="security" in said),
    }


def command(site: str, path: str, method: str, bodies: Mapping[str, Any], *, needs_token: bool) -> str:
    """For a terminal. Names in capitals are for the reader to put in."""
    address = f"{site}/api/v1{path}".replace("{id}", "ID").replace("{name}", "NAME")
    parts = ["curl", address]
    if method != "GET" and not bodies:
        parts.insert(1, f"-X {method}")
    if needs_token:
        parts.append("-H 'Authorization: Bearer TOKEN'")
    if bodies:
        media = next(iter(bodies))
        parts += [f"-H 'Content-Type: {media}'", "--data-binary @pods.yaml" if media != JSON else "--data-binary @sides.json"]
    return " ".join(parts)


def _example(bodies: Mapping[str, Any]) -> str:
    content = bodies.get(JSON, {})
    return json.dumps(content["example"], indent=2) if "example" in content else ""


def _answer(status: str, said: Mapping[str, Any]) -> dict[str, Any]:
    content = said.get("content", {})
    return {
        "status": status,
        "phrase": HTTPStatus(int(status)).phrase,
        "description": said["description"],
        "headers": list(said.get("headers", {})),
        "media": [{"type": media, "words": words_of(each.get("schema", {}))} for media, each in content.items()],
        "is_good": status < "300",
    }


@functools.cache
def schemas() -> list[dict[str, Any]]:
    """The parts that others refer to, each with its fields."""
    shown = []
    for name, schema in document()["components"]["schemas"].items():
        fields = list(fields_of(schema))
        shown.append({"name": name, "description": schema.get("description", ""), "fields": fields, "words": "" if fields else words_of(schema)})
    return shown


def fields_of(schema: Schema, prefix: str = "") -> Iterator[dict[str, Any]]:
    """Of an object, and of the objects in it, under their whole names."""
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ())):
        if "$ref" not in part:
            yield from fields_of(part, prefix)
        elif "allOf" in schema:
            yield {"name": "…", "words": words_of(part), "description": "", "required": True}
    for name, inner in schema.get("properties", {}).items():
        required = name in schema.get("required", ())
        yield {"name": f"{prefix}{name}", "words": words_of(inner), "description": inner.get("description", ""), "required": required}
        held = inner.get("items", inner)
        if isinstance(held, Mapping) and "properties" in held:
            yield from fields_of(held, f"{prefix}{name}{'[]' if 'items' in inner else ''}.")


def words_of(schema: Schema) -> SafeString:
    """`integer, at least 0`, with a link where there is more to say."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return format_html('<a href="#schema-{}">{}</a>', name, name)
    if "oneOf" in schema:
        return format_html_join(" or ", "{}", ((words_of(each),) for each in schema["oneOf"]))
    if "enum" in schema:
        return format_html_join(", ", "<code>{}</code>", ((value,) for value in schema["enum"]))
    if "const" in schema:
        return format_html("<code>{}</code>", schema["const"])
    kinds = schema.get("type", "")
    words = " or ".join(SHOWN_TYPES.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    if "items" in schema:
        return format_html("{} of {}", words, words_of(schema["items"]))
    if isinstance(schema.get("additionalProperties"), Mapping):
        return format_html("{} of {}", words, words_of(schema["additionalProperties"]))
    bounds = "".join(f", {sentence} {schema[name]:,}" for name, sentence in BOUNDS if name in schema)
    default = format_html(", default <code>{}</code>", schema["default"]) if "default" in schema else ""
    return format_html("{}{}{}", words, bounds, default)
