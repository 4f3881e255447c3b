"""The API itself: its routers, and what holds for every answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from ninja import NinjaAPI
from ninja.operation import Operation

from api import handlers
from api.auth import Bearer
from api.resources import contacts, directory, messages, owning, scheduled, sessions

View = Callable[..., HttpResponseBase]


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = Api(
    title="PBX Messaging",
    version="1",
    auth=Bearer(),
    openapi_url=None,  # see api.openapi
    docs_url=None,
    urls_namespace="api",
)
handlers.install(api)
for resource in (directory, contacts, sessions, owning, messages, scheduled):
    api.add_router("", resource.router)


def answering(view: View) -> View:
    """For every URL of the API: no login by cookie, the token's rate, errors as problems, no caching."""

    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            response = handlers.method_not_allowed(response["Allow"]).response()
        rate = getattr(request, "rate", None)
        for name, value in (rate.headers if rate else {}).items():
            response[name] = value
        response.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["Authorization"])
        return _head_of(response) if is_head else response

    return answer


def _head_of(response: HttpResponseBase) -> HttpResponseBase:
    """The same without its body; what it would be read from is closed with it."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = ()
    elif isinstance(response, HttpResponse):
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def nothing_here(request: HttpRequest, path: str = "") -> HttpResponse:
    return handlers.not_found().response()
