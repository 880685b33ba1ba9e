"""Writes `serving/client_types.py` from `serving/openapi.yaml`: `python -m serving.generate_client_types`.

Ours, because datamodel-code-generator 0.57 turns a `ReferenceOffer` into an alias of two numbered classes, calls
`ErrorDetail` `Error1`, and brings twelve packages. Schemas that the client returns or takes become `TypedDict`s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from serving.docs import specification

OUTPUT: Final = Path(__file__).with_name("client_types.py")

HEADER: Final = '''"""The service's answers as types, one for each schema of `openapi.yaml`, by its name.

Generated: `make types` writes this file; do not edit it. The types are plain dictionaries, so a field that a later
service adds is kept and stops no client.
"""

from typing import Any, Literal, NotRequired, TypedDict

Verdict = Literal["pass", "review", "reject"]
Outcome = Literal["pass", "reject"]
'''

CLIENT_SCHEMAS: Final = (
    "Answer",
    "BatchAnswer",
    "Decision",
    "AppealFiled",
    "ReviewRecorded",
    "Policy",
    "ReferencePage",
    "ReferenceShown",
    "ReferenceOffer",
    "Enrolment",
    "Removal",
    "WordPage",
    "WordOffer",
    "WordChanged",
    "ClosedAccount",
    "ClosedAccountRegistered",
    "ClosedAccountRemoved",
)
"""Schemas that `serving.client.Client` returns or takes; those that they refer to are written before them."""

NAMED_ENUMERATIONS: Final = {("pass", "review", "reject"): "Verdict", ("pass", "reject"): "Outcome"}

MAX_LITERALS: Final = 3
"""Longer enumerations (labels, fields, error codes) grow with the service, so their type is `str`."""

NAMED_OBJECTS: Final = {"Error.error": "ErrorDetail"}
"""Names of object schemas that are written within a property; others are `dict[str, Any]`."""

UNDESCRIBED: Final = "原因 · Why a request was refused"
"""The docstring of `ErrorDetail`, whose schema has no description."""

MAX_DOCSTRING: Final = 100
"""Characters of a docstring that fit on a line, full-width ones among them."""

SCALARS: Final = {"string": "str", "number": "float", "integer": "int", "boolean": "bool", "null": "None"}


def generate() -> str:
    """The whole text of `serving/client_types.py`."""
    written: dict[str, str] = {}
    for name in CLIENT_SCHEMAS:
        _write(name, written)
    return HEADER + "".join(written.values())


def _write(name: str, written: dict[str, str]) -> None:
    """Add a schema's definition after those that it refers to."""
    if name in written or not _is_named_type(name):
        return
    schema = _schemas()[name]
    for needed in _references(schema):
        _write(needed, written)
    for path, inner_name in NAMED_OBJECTS.items():
        owner, field = path.split(".")
        if owner == name:
            written[inner_name] = _typed_dict(inner_name, schema["properties"][field])
    written[name] = _typed_dict(name, schema) if "properties" in schema else f"{name} = {_type(schema)}\n"


def _schemas() -> Mapping[str, Any]:
    schemas: dict[str, Any] = specification()["components"]["schemas"]
    return schemas


def _is_named_type(name: str) -> bool:
    """True for objects and arrays; scalars, such as ids and probabilities, are written as what they are."""
    return _schemas()[name].get("type") in ("object", "array")


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield _referred(node)
        node = list(node.values())
    for inner in node if isinstance(node, list) else ():
        yield from _references(inner)


def _referred(node: Mapping[str, Any]) -> str:
    return str(node["$ref"]).rsplit("/", 1)[-1]


def _typed_dict(name: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    base = "TypedDict" if required else "TypedDict, total=False"
    lines = [f"class {name}({base}):", f'    """{_docstring(schema)}"""', ""]
    for field, inner in schema["properties"].items():
        kind = NAMED_OBJECTS.get(f"{name}.{field}") or _type(inner)
        lines.append(f"    {field}: {kind if field in required or not required else f'NotRequired[{kind}]'}")
    return "\n\n" + "\n".join(lines) + "\n"


def _docstring(schema: Mapping[str, Any]) -> str:
    """The schema's description in both languages, on two lines where one is too short."""
    text = schema.get("description", UNDESCRIBED) + "."
    return text if len(text) <= MAX_DOCSTRING else text.replace(" · ", " ·\n    ") + "\n    "


def _type(schema: Mapping[str, Any]) -> str:
    """The Python type of a schema, as source."""
    if "$ref" in schema:
        name = _referred(schema)
        return name if _is_named_type(name) else _type(_schemas()[name])
    if "anyOf" in schema:
        return " | ".join(map(_type, schema["anyOf"]))
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return _enumeration(tuple(schema["enum"]))
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " | ".join(_plain_type(kind, schema) for kind in kinds)


def _enumeration(values: tuple[str, ...]) -> str:
    if values in NAMED_ENUMERATIONS:
        return NAMED_ENUMERATIONS[values]
    quoted = ", ".join(f'"{value}"' for value in values)
    return f"Literal[{quoted}]" if len(values) <= MAX_LITERALS else "str"


def _plain_type(kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "array":
        return f"list[{_type(schema['items'])}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {_type(values) if isinstance(values, dict) else 'Any'}]"
    return SCALARS[kind]


if __name__ == "__main__":
    OUTPUT.write_text(generate(), encoding="utf-8")
