"""The OpenAPI document as a page shows it: operations with their fields, a call, and their answers."""

import json
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a body; `kind` is its type in words."""

    name: str
    kind: str
    is_required: bool
    description: str
    place: str = ""


@dataclass(frozen=True)
class Answer:
    status: str
    description: str
    example: str


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    answers: list[Answer]
    call: str

    @property
    def succeeds(self) -> list[Answer]:
        return [one for one in self.answers if one.status.startswith("2")]

    @property
    def fails(self) -> list[Answer]:
        return [one for one in self.answers if not one.status.startswith("2")]


@dataclass(frozen=True)
class Section:
    name: str
    description: str
    operations: list[Operation] = field(default_factory=list)


def sections_of(document: Document, origin: str) -> list[Section]:
    reader = _Reader(document, origin)
    sections = {tag["name"]: Section(tag["name"], tag["description"]) for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            sections[operation["tags"][0]].operations.append(reader.operation(path, method, operation))
    return list(sections.values())


class _Reader:
    def __init__(self, document: Document, origin: str) -> None:
        self.schemas: dict[str, Schema] = document["components"]["schemas"]
        self.origin = origin

    def operation(self, path: str, method: str, said: Document) -> Operation:
        body = self._resolved(_json_of(said.get("requestBody", {})))
        return Operation(
            id=said["operationId"],
            method=method.upper(),
            path=path,
            summary=said["summary"],
            description=said.get("description", ""),
            parameters=[self._parameter(one) for one in said.get("parameters", [])],
            body=self._fields(body),
            answers=[self._answer(status, answer) for status, answer in said["responses"].items()],
            call=self._call(path, method, body),
        )

    def _parameter(self, said: Document) -> Field:
        kind = self._kind(said["schema"])
        return Field(said["name"], kind, said["required"], said.get("description", ""), place=said["in"])

    def _fields(self, body: Schema) -> list[Field]:
        """The fields of one object, or of several between which one chooses."""
        found: dict[str, Field] = {}
        for choice in [self._resolved(one) for one in body.get("oneOf", [body])]:
            required = set() if "oneOf" in body else set(choice.get("required", ()))
            for name, schema in choice.get("properties", {}).items():
                found[name] = Field(name, self._kind(schema), name in required, self._words(schema))
        return list(found.values())

    def _words(self, schema: Schema) -> str:
        """Where a field may be null, they stand with what it is otherwise."""
        said = [schema, *schema.get("anyOf", []), self._resolved(schema)]
        return next((one["description"] for one in said if one.get("description")), "")

    def _answer(self, status: str, said: Document) -> Answer:
        schema = _json_of(said) if status.startswith("2") else {}
        example = json.dumps(self._example(schema), indent=2, ensure_ascii=False) if schema else ""
        return Answer(status, said["description"], example)

    def _call(self, path: str, method: str, body: Schema) -> str:
        lines = [f"curl {self.origin}{path}", '-H "Authorization: Bearer $TOKEN"']
        if method != "get":
            lines[0] = f"curl -X {method.upper()} {self.origin}{path}"
        if body:
            said = json.dumps(self._example(body, required_only=True), ensure_ascii=False)
            lines += ['-H "Content-Type: application/json"', f"-d '{said}'"]
        return " \\\n  ".join(lines)

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            return self.schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def _kind(self, schema: Schema) -> str:
        """`string`, `list of string`, `waiting | mine`, `SessionOut or null`."""
        if "$ref" in schema:
            target = self._resolved(schema)
            return self._kind(target) if "enum" in target else str(target.get("title", "object"))
        if "anyOf" in schema:
            return " or ".join(self._kind(one) for one in schema["anyOf"])
        if "enum" in schema:
            return " | ".join(map(str, schema["enum"]))
        if schema.get("type") == "array":
            return f"list of {self._kind(schema['items'])}"
        return str(schema.get("format") or schema.get("type", "any"))

    def _example(self, schema: Schema, *, required_only: bool = False) -> Any:
        for key in ("anyOf", "oneOf"):
            if key in schema and "examples" not in schema:
                return self._example(schema[key][0], required_only=required_only)
        if "examples" in schema:
            return schema["examples"][0]
        schema = self._resolved(schema)
        if schema.get("type") == "object" and "properties" in schema:
            wanted = schema.get("required", []) if required_only else schema["properties"]
            return {name: self._example(schema["properties"][name]) for name in wanted}
        if schema.get("type") == "array":
            return [self._example(schema["items"])]
        if "enum" in schema:
            return schema["enum"][0]
        return {"integer": 1, "boolean": True, "null": None}.get(schema.get("type", ""), "")


def _json_of(said: Document) -> Schema:
    content: Document = said.get("content", {})
    schema: Schema = content.get("application/json", {}).get("schema", {})
    return schema
