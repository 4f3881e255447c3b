"""Twilio's own OpenAPI files as a judge: a proxy that holds each request and each answer against them.

The files come with `@twilio/cli-core`, the proxy is Prism. An answer must have all the fields that are
documented, and no others: Twilio's files require none.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from pbx_messaging.embedded.children import Child, stop_all
from pbx_messaging.processes.ports import free_port
from pbx_messaging.processes.process import Process
from tests.servers import ROOT, wait_for_http

JUDGES = ROOT / "tests" / "judges" / "node_modules"
FILES = JUDGES / "@twilio" / "cli-core" / "src" / "services" / "twilio-api"
APIS = ("api_v2010", "messaging_v1", "monitor_v1", "accounts_v1")
Json = dict[str, Any]
# Where the files contradict Twilio's own examples: lists are repeated fields, the addresses of pages are
# relative in the API of 2010, and what a number does not have is empty.
REPEATED = {"style": "form", "explode": True}
RELATIVE = frozenset(("uri", "first_page_uri", "next_page_uri", "previous_page_uri"))
EMPTY = {
    **dict.fromkeys(("sms_application_sid", "voice_application_sid"), "AP[0-9a-fA-F]{32}"),
    **dict.fromkeys(("sms_url", "sms_fallback_url", "status_callback"), "https?://.+"),
    **dict.fromkeys(("voice_url", "voice_fallback_url"), "https?://.+"),
}


@dataclass
class Asked:
    """What the product asked. Prism's words are about the request, and about an answer that is no refusal."""

    operation: str
    status: int
    violations: list[str]


@dataclass
class Judge:
    """`url` stands in Twilio's place; `asked` is what went through it since it was watched."""

    url: str
    operations: Mapping[str, re.Pattern[str]]
    asked: list[Asked] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return [f"{one.operation}: {words}" for one in self.asked for words in one.violations]

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Keep what Prism says in the headers of the answers that the product gets."""
        real = TwilioHttpClient.request

        def request(client: TwilioHttpClient, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
            answer = real(client, method, url, *args, **kwargs)
            self.asked.append(self._judged(method, urlsplit(url).path, answer))
            return answer

        monkeypatch.setattr(TwilioHttpClient, "request", request)

    def _judged(self, method: str, path: str, answer: Response) -> Asked:
        names = (name for name, pattern in self.operations.items() if pattern.fullmatch(f"{method} {path}"))
        headers = answer.headers or {}
        said = json.loads(headers.get("sl-violations", "[]"))
        counted = [one for one in said if one["location"][0] == "request" or answer.status_code < 400]
        violations = [f"{'.'.join(map(str, one['location']))}: {one['message']}" for one in counted]
        return Asked(next(names, f"{method} {path}"), answer.status_code, violations)


@contextmanager
def judging(upstream: str, folder: Path) -> Iterator[Judge]:
    """Prism in front of `upstream`."""
    document = published()
    (folder / "twilio.json").write_text(json.dumps(document))
    port = free_port()
    prism = str(JUDGES / ".bin" / "prism")
    command = [prism, "proxy", str(folder / "twilio.json"), upstream, "--port", str(port)]
    path = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "NODE_ENV": "development", "SCARF_ANALYTICS": "false"}
    child = Child(Process("prism", command), env, folder / "prism.log", ROOT)
    child.start()
    try:
        wait_for_http(f"http://127.0.0.1:{port}/", child)
        yield Judge(f"http://127.0.0.1:{port}", _operations(document))
    finally:
        stop_all([child], timeout_s=4)


def _operations(document: Json) -> dict[str, re.Pattern[str]]:
    return {
        operation["operationId"]: re.compile(f"{method.upper()} {re.sub('{[^}]+}', '[^/]+', path)}")
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "operationId" in operation
    }


def published() -> Json:
    """The files in one document."""
    whole: Json = {"openapi": "3.0.1", "info": {"title": "Twilio", "version": "1"}, "paths": {}}
    components: dict[str, Json] = {}
    for name in APIS:
        one = json.loads((FILES / f"twilio_{name}.json").read_text("utf-8"))
        for path, item in one["paths"].items():
            item.pop("servers", None)
            whole["paths"][path] = item
        for kind, named in one["components"].items():
            components.setdefault(kind, {}).update(named)
    whole |= {"servers": [{"url": "https://twilio.example.com"}], "components": components}
    _mend(whole)
    _require_all(whole)
    return whole


def _mend(document: Json) -> None:
    for path, item in document["paths"].items():
        for operation in _operations_of(item):
            for body in operation.get("requestBody", {}).get("content", {}).values():
                fields = body["schema"].get("properties", {})
                lists = [name for name, one in fields.items() if one.get("type") == "array"]
                body["encoding"] = dict.fromkeys(lists, REPEATED)
            for schema in _answers(operation):
                fields = schema.get("properties", {})
                for name in RELATIVE & fields.keys() if path.startswith("/2010") else ():
                    fields[name]["format"] = "uri-reference"
    number = document["components"]["schemas"]["api.v2010.account.incoming_phone_number"]
    for name, form in EMPTY.items():
        number["properties"][name] = {"type": "string", "nullable": True, "pattern": f"^({form})?$"}


def _require_all(document: Json) -> None:
    """Of each schema that an answer refers to."""
    seen: set[int] = set()
    for item in document["paths"].values():
        for operation in _operations_of(item):
            for schema in _answers(operation):
                _require(schema, document["components"]["schemas"], seen)


def _require(schema: Json, schemas: Json, seen: set[int]) -> None:
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if id(schema) in seen:
        return
    seen.add(id(schema))
    fields = schema.get("properties", {})
    if fields:
        schema |= {"required": sorted(fields), "additionalProperties": False}
    for inner in [*fields.values(), *([schema["items"]] if "items" in schema else [])]:
        _require(inner, schemas, seen)


def _operations_of(item: Json) -> Iterator[Json]:
    return (one for one in item.values() if isinstance(one, dict) and "operationId" in one)


def _answers(operation: Json) -> Iterator[Json]:
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            yield content["schema"]
