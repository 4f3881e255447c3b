"""The API's own description: OpenAPI 3.1 for programs, and a page of it for people."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from api.described import CONTACT, DESCRIPTION, EVENTS, TAGS, headers_of
from api.inputs import MessageIn, MessageWithMedia, SessionIn, SessionWithMedia
from api.reference import sections_of
from api.shapes import ProblemOut
from api.views import api

PREFIX = "api/v1/"
REF = "#/components/schemas/{model}"
Document = dict[str, Any]
EMPTY = {"type": "string", "maxLength": 0}


@login_not_required
@require_GET
def openapi_json(request: HttpRequest) -> HttpResponse:
    """For everybody: it tells nothing of this installation, and generators of clients log in nowhere."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    origin = settings.PUBLIC_URL
    context = {
        "sections": sections_of(document(), origin),
        "paragraphs": DESCRIPTION.split("\n\n"),
        "origin": origin,
    }
    return render(request, "api/docs.html", context)


@cache
def document() -> Document:
    """As ninja derives it from the operations, with what it can't know or says wrongly."""
    made: Document = dict(api.get_openapi_schema(path_prefix=PREFIX))
    made["info"] |= {"description": DESCRIPTION, "contact": CONTACT}
    made["servers"] = [{"url": "/"}]
    made["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
    made["paths"]["/events"] = EVENTS
    for model in (ProblemOut, MessageIn, MessageWithMedia, SessionIn, SessionWithMedia):
        made["components"]["schemas"][model.__name__] = model.model_json_schema(ref_template=REF)
    made["components"]["securitySchemes"]["Bearer"] = {"type": "http", "scheme": "bearer"}
    for operation in _operations(made):
        operation["responses"] = {str(code): said for code, said in sorted(operation["responses"].items())}
        for status, answer in operation["responses"].items():
            is_counted = status not in ("401", "405") and operation is not EVENTS["get"]
            if headers := headers_of(int(status), is_counted=is_counted):
                answer["headers"] = headers
        for parameter in operation.get("parameters", []):
            _mend(parameter)
    _keep_what_is_used(made)
    for model in (MessageWithMedia, SessionWithMedia):
        _let_fields_be_empty(made["components"]["schemas"][model.__name__])
    for schema in made["components"]["schemas"].values():
        _leave_defaults_out(schema)
    return made


def _operations(made: Document) -> Iterator[Document]:
    for path in made["paths"].values():
        yield from path.values()


def _mend(parameter: Document) -> None:
    """A parameter can be left out, but not be null; its examples are a list in its schema only."""
    parameter.pop("examples", None)
    schema = parameter["schema"]
    choices = [one for one in schema.pop("anyOf", []) if one.get("type") != "null"]
    for choice in choices:
        schema.update({name: value for name, value in choice.items() if name not in schema})
    if "description" in schema:
        parameter["description"] = schema["description"]
    if schema.get("default", "") is None:
        del schema["default"]


def _leave_defaults_out(schema: Document) -> None:
    """Generators take a field with a default for one that is always there, also where it is sent."""
    for said in schema.get("properties", {}).values():
        default = said.pop("default", None)
        if default:
            raise ValueError(f"the description must tell the default of {said}")


def _let_fields_be_empty(schema: Document) -> None:
    """A field of a form that need not be filled in."""
    for name, said in schema["properties"].items():
        if name not in schema.get("required", []) and said.get("type") not in ("string", "array"):
            choices = said.pop("anyOf", None) or [{"type": said.pop("type")}]
            said["anyOf"] = [*(one for one in choices if one.get("type") != "null"), EMPTY]


def _keep_what_is_used(made: Document) -> None:
    """Ninja lists the models of queries too, whose fields are parameters already."""
    schemas: Document = made["components"]["schemas"]
    found, wanted = set[str](), _named_in(made["paths"])
    while wanted - found:
        found |= wanted
        wanted = set().union(*(_named_in(schemas[name]) for name in found))
    made["components"]["schemas"] = {name: schemas[name] for name in schemas if name in found}


def _named_in(said: Any) -> set[str]:
    """The schemas that something refers to."""
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(said)))
