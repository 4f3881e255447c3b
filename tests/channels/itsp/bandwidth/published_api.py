"""Bandwidth's own OpenAPI file as a judge of what we send, what we read, and what the simulator posts.

It comes with the npm package `bandwidth-sdk`. What it does not name is a violation.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import yaml

from tests.servers import ROOT

FILE = ROOT / "tests" / "judges" / "node_modules" / "bandwidth-sdk" / "bandwidth.yml"
MESSAGES = "/users/{accountId}/messages"
Json = dict[str, Any]


@cache
def published() -> Json:
    document: Json = yaml.load(FILE.read_text("utf-8"), _Loader)  # noqa: S506 (it is a safe one)
    _as_json_schema(document["components"])
    return document


class _Loader(yaml.SafeLoader):
    """Dates stay texts, as they are in JSON."""


_Loader.yaml_implicit_resolvers = {
    letter: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _as_json_schema(part: Any) -> None:
    """OpenAPI 3.0 says `nullable` where JSON Schema has one type more."""
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _as_json_schema(inner)
    if isinstance(part, dict) and part.pop("nullable", False) is True and "type" in part:
        part["type"] = [part["type"], "null"]


def violations(schema: str, value: Any) -> list[str]:
    """Of a value against one of the file's schemas."""
    document = {"$ref": f"#/components/schemas/{schema}", "components": published()["components"]}
    validator = jsonschema_rs.Draft4Validator(document, validate_formats=True)
    said = [f"{'.'.join(map(str, one.instance_path))}: {one.message}" for one in validator.iter_errors(value)]
    return said + [f"{name}: not in {schema}" for name in unknown(schema, value)]


def unknown(schema: str, value: Any) -> Iterator[str]:
    """Names in the value, at any depth, that the schema does not have."""
    yield from _unknown(_resolved({"$ref": f"#/components/schemas/{schema}"}), value, "")


def _unknown(schema: Json, value: Any, place: str) -> Iterator[str]:
    fields = _fields_of(schema)
    if isinstance(value, dict) and fields:
        for name, inner in value.items():
            if name not in fields:
                yield place + name
            else:
                yield from _unknown(_resolved(fields[name]), inner, f"{place}{name}.")
    if isinstance(value, list) and "items" in schema:
        for inner in value:
            yield from _unknown(_resolved(schema["items"]), inner, place)


def _fields_of(schema: Json) -> Json:
    fields = dict(schema.get("properties", {}))
    for one in schema.get("allOf", []):
        fields |= _fields_of(_resolved(one))
    return fields


def _resolved(schema: Json) -> Json:
    while "$ref" in schema:
        schema = _at(schema["$ref"])
    return schema


def _at(ref: str) -> Json:
    found: Any = published()
    for name in ref.removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def parameters() -> set[str]:
    """By which the list of messages may be asked."""
    named = published()["paths"][MESSAGES]["get"]["parameters"]
    return {found["name"] for one in named if (found := _at(one["$ref"]))["in"] == "query"}


def examples() -> dict[str, Any]:
    """Of callbacks, by the file's own names."""
    known = published()["components"]["examples"]
    return {name: one["value"] for name, one in known.items() if name.endswith("CallbackExample")}
