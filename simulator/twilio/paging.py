"""Pages of a list, in the shape of Twilio's 2010 API and of its newer ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from simulator.twilio.errors import ApiError

DEFAULT_PAGE_SIZE = 50
LARGEST_PAGE = 1000
T = TypeVar("T")

PAGE_NAMES = frozenset({"Page", "PageSize", "PageToken"})


def page_2010(
    request: web.Request, key: str, items: Iterable[T], sid: Callable[[T], str], shape: Callable[[T], Any]
) -> dict[str, Any]:
    """A page of `items`, which come in the list's order; the token names the last item of the page before."""
    size, page = _page_size(request), _whole(request, "Page", 0)
    token = request.query.get("PageToken", "").removeprefix("PA")
    remaining = iter(items)
    if token:
        for item in remaining:
            if sid(item) == token:
                break
    found = list(islice(remaining, size + 1))
    shown = found[:size]
    following = None
    if len(found) > size:
        following = _uri(request, page + 1, size, "PA" + sid(shown[-1]))
    return {
        key: [shape(item) for item in shown],
        "end": page * size + max(len(shown) - 1, 0),
        "first_page_uri": _uri(request, 0, size),
        "next_page_uri": following,
        "page": page,
        "page_size": size,
        "previous_page_uri": None,
        "start": page * size,
        "uri": request.path_qs,
    }


def page_v1(request: web.Request, key: str, items: list[Any]) -> dict[str, Any]:
    """A page of `items` in the newer shape."""
    size, page = _page_size(request), _whole(request, "Page", 0)
    shown, is_last = items[page * size : (page + 1) * size], len(items) <= (page + 1) * size
    origin = request.url.origin()
    meta = {
        "page": page,
        "page_size": size,
        "first_page_url": f"{origin}{_uri(request, 0, size)}",
        "previous_page_url": f"{origin}{_uri(request, page - 1, size, f'PB{page - 1}')}" if page else None,
        "url": f"{origin}{_uri(request, page, size)}",
        "next_page_url": None if is_last else f"{origin}{_uri(request, page + 1, size, f'PA{page + 1}')}",
        "key": key,
    }
    return {key: shown, "meta": meta}


def _page_size(request: web.Request) -> int:
    return max(1, min(_whole(request, "PageSize", DEFAULT_PAGE_SIZE), LARGEST_PAGE))


def _whole(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    if text and not text.isdecimal():
        raise ApiError(20001, f"{name} is {text!r}")
    return int(text) if text else default


def _uri(request: web.Request, page: int, size: int, token: str = "") -> str:
    query = [(name, value) for name, value in request.query.items() if name not in PAGE_NAMES]
    query += [("PageSize", str(size)), ("Page", str(page))]
    return f"{request.path}?{urlencode(query + ([('PageToken', token)] if token else []))}"
