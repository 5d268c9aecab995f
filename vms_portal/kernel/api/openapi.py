"""The OpenAPI description: the error answers of every operation, closed bodies."""

from typing import Any

ERROR = {
    "type": "object",
    "description": "Why a request was refused.",
    "properties": {
        "error": {"type": "string", "description": "Stable code, for programs."},
        "message": {"type": "string", "description": "Sentence, for people."},
        "detail": {
            "type": "object",
            "additionalProperties": True,
            "description": "By field, the state of a conflict, or seconds to wait.",
        },
    },
    "required": ["error", "message", "detail"],
}
ALWAYS = {
    "400": "The request is not well formed.",
    "401": "No token, or one that is unknown, expired or withdrawn by the end.",
    "403": "The role or the token's scopes do not allow it, or not any more.",
    "404": "There is no such object, or it is not yours.",
    "406": "No representation of this kind.",
    "429": "Too many requests; detail says how many seconds to wait.",
}
ON_WRITE = {
    "409": "Somebody was faster; detail holds the state now.",
    "413": "The body is larger than 1 MB.",
    "415": "The body is not JSON.",
}
WRITES = {"post", "put", "patch", "delete"}


def add_errors(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Postprocessing hook of drf-spectacular."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = ERROR
    for methods in result["paths"].values():
        for method, operation in methods.items():
            reasons = {**ALWAYS, **(ON_WRITE if method in WRITES else {})}
            for status, reason in reasons.items():
                operation["responses"].setdefault(status, _answer(reason))
            for sent in operation.get("requestBody", {}).get("content", {}).values():
                name = sent["schema"]["$ref"].rpartition("/")[2]
                # Each is a vms_portal.kernel.api.endpoints.KnownFields.
                schemas[name]["additionalProperties"] = False
    return result


def _answer(reason: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": reason, "content": {"application/json": {"schema": schema}}}
