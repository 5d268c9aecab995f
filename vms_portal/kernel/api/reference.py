"""The API's reference page, made on the server from the OpenAPI description."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    is_required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """``fields`` are the properties of the request's body, ``answers`` by status."""

    anchor: str
    method: str
    path: str
    text: str
    parameters: list[Field]
    fields: list[Field]
    answers: list[tuple[str, str, list[Field]]]


def api_reference(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters, fields and answers."""
    return render(request, "kernel/api_reference.html", {"groups": _groups()})


@cache
def _groups() -> dict[str, list[Operation]]:
    """The description is in English, whoever opens the page first."""
    with translation.override("en"):
        schema = SchemaGenerator().get_schema(request=None, public=True)
    components = schema.get("components", {}).get("schemas", {})
    groups: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["api"])[0]
            groups.setdefault(tag, []).append(
                _operation(path, method, operation, components)
            )
    return groups


def _operation(
    path: str, method: str, operation: dict[str, Any], components: dict[str, Any]
) -> Operation:
    answers = []
    for status, answer in sorted(operation["responses"].items()):
        fields = _fields(answer, components) if status < "300" else []
        answers.append((status, answer.get("description", ""), fields))
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        text=operation.get("description", ""),
        parameters=[
            Field(
                name=item["name"],
                kind=_kind(item.get("schema", {})),
                is_required=item.get("required", False),
                text=item.get("description", ""),
            )
            for item in operation.get("parameters", [])
        ],
        fields=_fields(operation.get("requestBody", {}), components),
        answers=answers,
    )


def _fields(body: dict[str, Any], components: dict[str, Any]) -> list[Field]:
    """Return the properties of a body; those of its rows when it is a page."""
    for media in body.get("content", {}).values():
        schema = _resolve(media.get("schema", {}), components)
        properties = schema.get("properties", {})
        if "results" in properties:
            schema = _resolve(properties["results"].get("items", {}), components)
        required = schema.get("required", [])
        return [
            Field(name, _kind(inner), name in required, inner.get("description", ""))
            for name, inner in schema.get("properties", {}).items()
        ]
    return []


def _resolve(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    schema = schema.get("items", schema)
    name = schema.get("$ref", "").rpartition("/")[2]
    return components.get(name, schema)


def _kind(schema: dict[str, Any]) -> str:
    for reference in [schema, *schema.get("allOf", []), *schema.get("oneOf", [])]:
        if "$ref" in reference:
            return str(reference["$ref"]).rpartition("/")[2]
    kind = str(schema.get("format") or schema.get("type", ""))
    if kind == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    choices = schema.get("enum")
    return " | ".join(map(str, choices)) if choices else kind
