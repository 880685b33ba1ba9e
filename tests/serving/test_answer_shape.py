"""The answer has one shape: dataclasses, OpenAPI schemas and Arrow columns agree field by field."""

from dataclasses import MISSING, fields

import pyarrow as pa
import pytest

from models.profile import Answer, Evidence, Finding, Match, Profile
from serving import docs
from serving.batch import decisions

SCHEMAS = docs.specification()["components"]["schemas"]

INTERNAL = {
    Answer: {"ocr", "remembered"},
    Evidence: set(),
    Finding: {"threshold", "rollout", "contacts", "is_final"},
    Match: {"reference_name", "owner_id", "frame", "threshold", "rollout"},
}
"""Fields of the dataclasses that the answer leaves out."""

DERIVED = {Finding: {"articles"}}
"""Fields of the answer that follow from others."""

BATCH_COLUMNS = {"error", "digests"}
"""Columns that a batch adds: why a row was not judged, and what of it has changed since."""

ARROW_SCALARS = {"string": pa.string(), "number": pa.float64(), "integer": pa.int32(), "boolean": pa.bool_()}


def answered(kind):
    """The fields of a dataclass that reach the answer."""
    return [field for field in fields(kind) if field.name not in INTERNAL[kind]]


@pytest.mark.parametrize("kind", INTERNAL)
def test_dataclass_names_the_fields_of_its_schema(kind):
    names = {field.name for field in answered(kind)} | DERIVED.get(kind, set())
    assert names == SCHEMAS[kind.__name__]["properties"].keys()


@pytest.mark.parametrize("kind", INTERNAL)
def test_schema_requires_the_fields_that_are_never_none(kind):
    required = {field.name for field in answered(kind) if field.default is not None} | DERIVED.get(kind, set())
    assert required == set(SCHEMAS[kind.__name__].get("required", ()))


def test_profile_names_and_requires_the_fields_of_its_schema():
    asked = [field for field in fields(Profile) if field.name != "stored"]  # a batch run's own, known by their hash
    assert {field.name for field in asked} == SCHEMAS["Profile"]["properties"].keys()
    assert {field.name for field in asked if field.default is MISSING} == set(SCHEMAS["Profile"]["required"])


def assert_agrees(arrow, schema, path):
    """Compare an Arrow type with an OpenAPI schema; a struct may have fewer keys than a schema allows."""
    schema = docs.resolve(schema)
    if pa.types.is_list(arrow):
        assert schema["type"] == "array", path
        assert_agrees(arrow.value_type, schema["items"], f"{path}[]")
    elif pa.types.is_struct(arrow) and "properties" in schema:
        assert {field.name for field in arrow} == schema["properties"].keys(), path
        for field in arrow:
            assert_agrees(field.type, schema["properties"][field.name], f"{path}.{field.name}")
    elif pa.types.is_struct(arrow):
        assert {field.name for field in arrow} <= set(docs.resolve(schema["propertyNames"])["enum"]), path
        for field in arrow:
            assert_agrees(field.type, schema["additionalProperties"], f"{path}.{field.name}")
    else:
        assert arrow == ARROW_SCALARS[schema.get("type", "string")], path  # an enumeration of strings names no type


def test_arrow_columns_are_the_fields_of_the_answer():
    assert set(decisions.SCHEMA.names) == SCHEMAS["Answer"]["properties"].keys() | BATCH_COLUMNS


@pytest.mark.parametrize("column", sorted(SCHEMAS["Answer"]["properties"]))
def test_arrow_column_has_the_type_of_its_schema(column):
    assert_agrees(decisions.SCHEMA.field(column).type, SCHEMAS["Answer"]["properties"][column], column)


def test_every_arrow_column_may_be_null():
    assert all(field.nullable for field in decisions.SCHEMA)
