"""A journalled request as an administrator may see it: readable, with its secrets masked."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from sessions.models import WebhookRequest

MASK = "••••••••"
SHOWN_MOST = 20_000  # characters of a body that is no form
_SECRET = re.compile(r"(?i)signature|authori[sz]ation|secret|token|password|passwd|api[-_]?key|cookie")
_SECRET_IN_JSON = re.compile(rf'(?i)("[^"]*(?:{_SECRET.pattern[4:]})[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True)
class Payload:
    """`fields` of a form, in the order in which they came; any other body is `text`."""

    url: str
    headers: list[tuple[str, str]]
    fields: list[tuple[str, str]]
    text: str = ""


def payload_of(row: WebhookRequest) -> Payload:
    headers = [(name, _masked(name, str(value))) for name, value in sorted(row.headers.items())]
    body = bytes(row.body).decode("utf-8", "replace")
    if row.method == "GET" and not body:
        body = urlsplit(row.url).query
    is_form = "json" not in row.headers.get("content-type", "") and "=" in body
    if not is_form:
        return Payload(_url(row.url), headers, [], _SECRET_IN_JSON.sub(rf'\1"{MASK}"', body)[:SHOWN_MOST])
    try:
        fields = parse_qsl(body, keep_blank_values=True, errors="replace", max_num_fields=500)
    except ValueError:  # more fields than that
        return Payload(_url(row.url), headers, [], "")
    return Payload(_url(row.url), headers, [(name, _masked(name, value)) for name, value in fields])


def _masked(name: str, value: str) -> str:
    return MASK if value and _SECRET.search(name) else value


def _url(url: str) -> str:
    """Its query with secret values masked."""
    parts = urlsplit(url)
    query = "&".join(
        f"{name}={_masked(name, value)}" for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    return parts._replace(query=query).geturl()
