"""The generated modules of the client are those of the OpenAPI document and of the asynchronous client."""

import inspect
from typing import is_typeddict

import pytest

import huijian_client.types
from huijian_client import AsyncClient, Client
from serving import docs, generate_client

SCHEMAS = docs.specification()["components"]["schemas"]


@pytest.mark.parametrize(
    ("module", "generate"), [("types.py", generate_client.types), ("client.py", generate_client.client)]
)
def test_committed_module_is_the_one_generated(module, generate):
    assert (generate_client.CLIENT / module).read_text(encoding="utf-8") == generate(), "run `make types`"


def test_type_has_the_fields_of_the_schema_of_its_name():
    types = {name: kind for name, kind in vars(huijian_client.types).items() if is_typeddict(kind)}
    for name, kind in types.items():
        if name != "TypedDict":
            assert kind.__annotations__.keys() == SCHEMAS[name]["properties"].keys(), name
            assert kind.__required_keys__ == set(SCHEMAS[name].get("required", ())), name


def test_both_clients_have_the_same_calls():
    calls = {name for name, _ in inspect.getmembers(Client, inspect.isfunction) if not name.startswith("_")}
    others = {name for name, _ in inspect.getmembers(AsyncClient, inspect.isfunction) if not name.startswith("_")}
    assert others - {"aclose"} == calls - {"close"}
