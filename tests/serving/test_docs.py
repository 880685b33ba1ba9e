import json

import jsonschema
import pytest
from openapi_spec_validator import validate

from models.images.gallery.references import MAX_REFERENCE_ID, MAX_REFERENCE_TEXT
from models.policy import MEASURES, Policy
from models.profile import (
    EMBLEM_LABELS,
    IMAGE_FIELDS,
    MAX_LENGTH,
    TEXT_FIELDS,
    ContactKind,
    Field,
    Label,
    ProfileError,
    Severity,
)
from models.runtime.paths import REPOSITORY
from models.settings import Settings
from models.text.lists.words import BLOCKED_LABELS, MAX_NOTE, MAX_WORD, WORD_FIELDS, WordList
from serving import docs
from serving.edge.exchange import MAX_BODY
from serving.keys.scopes import SCOPES
from serving.messages.errors import ERROR_CODES, OTHER_STATUS, ErrorResponse
from serving.messages.schema import (
    MAX_ENTITLEMENTS,
    MAX_ID_LENGTH,
    MAX_PROFILES,
    BatchRequest,
    ProfileRequest,
    validated,
)
from serving.routes import word_lists
from serving.routes.decisions import MAX_REASON, AppealRequest, ReviewRequest
from serving.routes.references import MAX_PICTURES, REFERENCE_FIELDS, REFERENCE_SHAPE, parse

SPECIFICATION = docs.specification()
SCHEMAS = SPECIFICATION["components"]["schemas"]


def operations():
    return [operation for methods in SPECIFICATION["paths"].values() for operation in methods.values()]


def examples():
    """Every example of a body, with the schema that it must follow."""
    for operation in operations():
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for body in bodies + [docs.resolve(response) for response in operation["responses"].values()]:
            for media in body["content"].values():
                values = [example["value"] for example in media.get("examples", {}).values()]
                for value in values + ([media["example"]] if "example" in media else []):
                    yield value, media["schema"]


def test_openapi_file_is_valid():
    validate(SPECIFICATION)


def test_every_example_follows_its_schema():
    checked = 0
    for value, schema in examples():
        jsonschema.validate(value, {**SPECIFICATION, **schema})
        checked += 1
    assert checked > 15


def test_example_requests_are_accepted_by_the_service():
    content = SPECIFICATION["paths"]["/v1/classify"]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        values = {key: value.encode() if key in IMAGE_FIELDS else value for key, value in example["value"].items()}
        assert ProfileRequest.model_validate(values).to_profile()


@pytest.mark.parametrize("schema", ["Profile", "ProfileForm"])
def test_openapi_file_has_the_fields_and_limits_of_the_service(schema):
    properties = SCHEMAS[schema]["properties"]
    assert properties.keys() == ProfileRequest.model_fields.keys()
    assert {field: properties[field]["maxLength"] for field in TEXT_FIELDS} == MAX_LENGTH
    assert properties["account_id"]["maxLength"] == properties["entitlements"]["items"]["maxLength"] == MAX_ID_LENGTH
    assert properties["entitlements"]["maxItems"] == MAX_ENTITLEMENTS


def test_openapi_file_has_nothing_that_breaks_code_generators():
    """openapi-generator wants the licence; alternatives of one object become numbered classes; no const of a bool."""
    assert "identifier" in SPECIFICATION["info"]["license"]
    alternatives = {name for name, schema in SCHEMAS.items() if schema.keys() & {"anyOf", "oneOf", "allOf"}}
    assert not alternatives
    assert "'const'" not in str(SPECIFICATION)


@pytest.mark.parametrize("schema", ["ReferenceOffer", "ReferenceForm"])
def test_openapi_file_has_the_fields_and_limits_of_a_reference(schema):
    properties = SCHEMAS[schema]["properties"]
    assert list(properties) == list(REFERENCE_SHAPE.names)
    assert properties["owner_id"]["maxLength"] == MAX_REFERENCE_ID
    assert properties["name_zh"]["maxLength"] == MAX_REFERENCE_TEXT
    assert list(SCHEMAS["Reference"]["properties"]) == list(REFERENCE_FIELDS)
    assert SCHEMAS["ReferenceForm"]["properties"]["image"]["maxItems"] == MAX_PICTURES
    assert SCHEMAS["EmblemLabel"]["enum"] == list(EMBLEM_LABELS)


@pytest.mark.parametrize("schema", ["ListedWord", "WordOffer", "WordForm"])
def test_openapi_file_has_the_fields_and_limits_of_a_word(schema):
    properties = SCHEMAS[schema]["properties"]
    assert list(properties) == list(WORD_FIELDS)
    assert (properties["word"]["maxLength"], properties["note"]["maxLength"]) == (MAX_WORD, MAX_NOTE)
    assert properties["list"]["enum"] == list(WordList)
    assert properties["fields"]["items"]["enum"] == list(TEXT_FIELDS)
    assert SCHEMAS["WordLabel"]["enum"] == list(BLOCKED_LABELS)


def test_example_words_are_accepted_by_the_service():
    content = SPECIFICATION["paths"]["/v1/lists"]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        assert word_lists.parse("application/json", json.dumps(example["value"]).encode())


def test_example_references_are_accepted_by_the_service():
    content = SPECIFICATION["paths"]["/v1/references"]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        assert parse("application/json", json.dumps(example["value"]).encode()).sources


def test_openapi_file_has_the_vocabulary_of_the_models():
    assert SCHEMAS["Label"]["enum"] == list(Label)
    assert SCHEMAS["Finding"]["properties"]["field"]["enum"] == list(Field)
    assert SCHEMAS["Answer"]["properties"]["verdict"]["enum"] == list(Severity)
    assert SCHEMAS["ContactKind"]["enum"] == list(ContactKind)
    assert SCHEMAS["Measure"]["enum"] == list(MEASURES)
    assert SCHEMAS["ErrorDetail"]["properties"]["code"]["enum"] == list(ERROR_CODES)


def test_openapi_file_has_the_limits_of_batches_appeals_and_reviews():
    assert SCHEMAS["Batch"]["properties"]["profiles"]["maxItems"] == MAX_PROFILES
    for schema, model in {"Batch": BatchRequest, "Appeal": AppealRequest, "Review": ReviewRequest}.items():
        assert SCHEMAS[schema]["properties"].keys() == model.model_fields.keys()
        assert SCHEMAS[schema]["required"] == [
            name for name, field in model.model_fields.items() if field.is_required()
        ]
    lengths = [SCHEMAS["Appeal"]["properties"]["reason"], SCHEMAS["Review"]["properties"]["note"]]
    assert {one["maxLength"] for one in lengths} == {MAX_REASON}


def test_example_statements_are_accepted_by_the_service():
    for ask, model in {"appeal": AppealRequest, "review": ReviewRequest}.items():
        operation = SPECIFICATION["paths"][f"/v1/decisions/{{decision_id}}/{ask}"]["post"]
        for example in operation["requestBody"]["content"]["application/json"]["examples"].values():
            assert validated(model, example["value"])


def test_recorded_answer_is_an_answer_without_the_account():
    kept, answer = SCHEMAS["KeptAnswer"], SCHEMAS["Answer"]
    assert kept["required"] == [name for name in answer["required"] if name != "account_id"]
    assert {**kept["properties"], "account_id": 0}.keys() == answer["properties"].keys()


def test_active_policy_follows_its_schema():
    policy = Policy.load(Settings().policy).model_dump(mode="json")
    jsonschema.validate(policy, {"$ref": "#/components/schemas/Policy", **SPECIFICATION})


def test_openapi_file_names_the_scope_of_each_route():
    scopes_of = {path: {one.get("x-scope") for one in found.values()} for path, found in SPECIFICATION["paths"].items()}
    assert {path: {str(scope)} for path, scope in SCOPES.items()} == {
        path: scopes for path, scopes in scopes_of.items() if scopes != {None}
    }
    assert {path for path, scopes in scopes_of.items() if scopes == {None} and path.startswith("/v1/")} == {
        "/v1/policy"
    }


def test_page_of_examples_has_every_route_of_the_contract():
    shown = (REPOSITORY / "docs" / "http-api.md").read_text(encoding="utf-8")
    for path, methods in SPECIFICATION["paths"].items():
        for method in methods if path.startswith("/v1/") else ():
            assert f"## {method.upper()} {path}\n" in shown


def test_openapi_file_names_the_body_limit():
    body = SPECIFICATION["paths"]["/v1/classify"]["post"]["requestBody"]
    assert f"{MAX_BODY // 1_000_000} MB" in body["description"]


def test_every_status_of_an_error_is_documented():
    documented = {status for operation in operations() for status in operation["responses"]}
    # 405 belongs to no route; 500 is an internal fault.
    assert {str(code.status) for code in ERROR_CODES.values()} - {"405", "500"} <= documented


def test_decoders_codes_have_the_contracts_statuses():
    statuses = {"image_bytes": 413, "image_type": 415, "image_empty": 422, "image_dimensions": 422}
    statuses["image_undecodable"] = 422
    assert {code: ERROR_CODES[code].status for code in statuses} == statuses


def test_unlisted_code_is_a_client_error():
    assert ErrorResponse(ProfileError("of_a_new_detector", "refused", "name")).status_code == OTHER_STATUS


def test_page_explains_every_route_label_and_code_in_both_languages():
    page = docs.page()
    for word in [*SPECIFICATION["paths"], *Label, *ERROR_CODES, *SCHEMAS]:
        assert word in page
    assert page.count('lang="zh"') == pytest.approx(page.count('lang="en"'), rel=0.4)
    assert "<script" not in page


def test_everything_documented_has_words_in_both_languages():
    for operation in operations():
        assert "· " in operation["summary"]
    for schema in SCHEMAS.values():
        assert "· " in schema["description"]
