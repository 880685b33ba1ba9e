"""Writes the generated modules of `clients/python`: `python -m serving.generate_client`.

`types.py` is made from `serving/openapi.yaml`, `client.py` from `async_client.py`. The types are made here, because
datamodel-code-generator 0.57 turns a `ReferenceOffer` into an alias of two numbered classes and brings twelve packages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from models.runtime.paths import REPOSITORY
from serving.docs import specification

CLIENT: Final = REPOSITORY / "clients" / "python" / "huijian_client"

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
    "Readiness",
    "Decision",
    "DecisionPage",
    "KeptContents",
    "AppealFiled",
    "ReviewRecorded",
    "Policy",
    "ReferencePage",
    "ReferenceShown",
    "ReferenceOffer",
    "Enrolment",
    "ReferencePreview",
    "Removal",
    "WordPage",
    "WordOffer",
    "WordChanged",
    "ClosedAccount",
    "ClosedAccountRegistered",
    "ClosedAccountRemoved",
)
"""Schemas that the client returns or takes; those that they refer to are written before them."""

NAMED_ENUMERATIONS: Final = {("pass", "review", "reject"): "Verdict", ("pass", "reject"): "Outcome"}

MAX_LITERALS: Final = 3
"""Longer enumerations (labels, fields, error codes) grow with the service, so their type is `str`."""

MAX_DOCSTRING: Final = 100
"""Characters of a docstring that fit on a line, full-width ones among them."""

SCALARS: Final = {"string": "str", "number": "float", "integer": "int", "boolean": "bool", "null": "None"}


CLIENT_DOCSTRING: Final = '''"""Client of the service.

Generated: `make types` writes this file from `async_client.py`; do not edit it.
"""'''

SYNCHRONOUS: Final = {
    '"""Asynchronous client of the service. `make types` writes `client.py` from this file."""': CLIENT_DOCSTRING,
    "An asynchronous client of one service.": "A client of one service; may be used by several threads.",
    "AsyncClient": "Client",
    "import uuid\n": "import time\nimport uuid\n",
    "import anyio\n": "",
    "anyio.sleep": "time.sleep",
    "async def ": "def ",
    "await ": "",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "aclose": "close",
}
"""Texts of the asynchronous client, and what stands in the synchronous one."""


def client() -> str:
    """The whole text of `client.py`."""
    text = (CLIENT / "async_client.py").read_text(encoding="utf-8")
    for asynchronous, synchronous in SYNCHRONOUS.items():
        text = text.replace(asynchronous, synchronous)
    return text


def types() -> str:
    """The whole text of `types.py`."""
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
        kind = _type(inner)
        lines.append(f"    {field}: {kind if field in required or not required else f'NotRequired[{kind}]'}")
    return "\n\n" + "\n".join(lines) + "\n"


def _docstring(schema: Mapping[str, Any]) -> str:
    """The schema's description in both languages, on two lines where one is too short."""
    text = schema["description"] + "."
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
        values = tuple(value for value in schema["enum"] if value is not None)
        return _enumeration(values) + " | None" * (None in schema["enum"])
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
    (CLIENT / "types.py").write_text(types(), encoding="utf-8")
    (CLIENT / "client.py").write_text(client(), encoding="utf-8")
