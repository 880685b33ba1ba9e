"""The client's types are those of the OpenAPI document."""

from typing import is_typeddict

from serving import client_types, docs, generate_client_types

SCHEMAS = docs.specification()["components"]["schemas"]


def test_committed_client_types_are_those_generated():
    assert generate_client_types.OUTPUT.read_text(encoding="utf-8") == generate_client_types.generate(), (
        "run `make types`"
    )


def test_type_has_the_fields_of_the_schema_of_its_name():
    types = {name: kind for name, kind in vars(client_types).items() if is_typeddict(kind) and name != "TypedDict"}
    for name, kind in types.items():
        schema = SCHEMAS["Error"]["properties"]["error"] if name == "ErrorDetail" else SCHEMAS[name]
        assert kind.__annotations__.keys() == schema["properties"].keys(), name
        assert kind.__required_keys__ == set(schema.get("required", ())), name
