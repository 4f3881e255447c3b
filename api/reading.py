"""The body of a text: JSON, or a form with pictures and files (`multipart/form-data`)."""

import json
from typing import Any, TypeVar

import pydantic
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from pydantic import BaseModel

from api.inputs import MessageIn
from api.problems import INVALID, Problem

JSON, FORM = "application/json", "multipart/form-data"
Said = TypeVar("Said", bound=MessageIn)


def text_of(request: HttpRequest, plain: type[Said], with_media: type[Said]) -> Said:
    """What was said, as `plain` or `with_media` has it. Raises `Problem`: 400, 415, 422."""
    if request.content_type == JSON:
        return _valid(plain, _json_of(request))
    if request.content_type == FORM:
        said = _valid(with_media, _form_of(request))
        if not (said.body.strip() or said.files):
            raise Problem(422, *INVALID, errors={"body": [_("Write something, or send a file.")]})
        return said
    title = _("The body has a type that is not read.")
    raise Problem(415, "unsupported_media_type", title, _("Send %s or %s.") % (JSON, FORM))


def _json_of(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except ValueError as error:
        raise HttpError(400, "no JSON") from error


def _form_of(request: HttpRequest) -> dict[str, Any]:
    """An empty field is one that was not filled in."""
    fields: dict[str, Any] = {name: value for name, value in request.POST.items() if value != ""}
    return fields | {name: request.FILES.getlist(name) for name in request.FILES}


def _valid(model: type[Said], data: Any) -> Said:
    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        raise Problem(422, *INVALID, errors=errors_of(error.errors())) from error


def errors_of(found: Any, *, within: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """By field. `within`: names at the beginning of a place that are no fields, unless nothing follows."""
    errors: dict[str, list[str]] = {}
    for one in found:
        names = [str(name) for name in one["loc"]] or ["body"]
        while len(names) > 1 and names[0] in within:
            names.pop(0)
        errors.setdefault(".".join(names), []).append(one["msg"].removeprefix("Value error, "))
    return errors


def body_of(kind: str, model: type[BaseModel]) -> dict[str, Any]:
    """For `openapi_extra`. One type of a body an operation, since generators of clients choose one."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}
