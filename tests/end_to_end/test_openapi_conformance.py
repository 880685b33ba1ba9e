"""The running service against its OpenAPI file, with schemathesis's valid and invalid requests to every route."""

import io

import PIL.Image
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks

from serving import docs

# The service requires no key on its own machine.
schema = schemathesis.openapi.from_dict({**docs.specification(), "security": []})
load_all_checks()

IGNORED_CHECKS = (schemathesis.checks.positive_data_acceptance,)
"""A text that is valid by its schema may still be no picture in base64."""

BATCH = "POST /v1/classify_batch"
"""Answers 200 with an error in place of a profile that violates its schema."""


def picture(colour, kind):
    buffer = io.BytesIO()
    PIL.Image.new("RGB", (16, 16), colour).save(buffer, kind)
    return buffer.getvalue()


for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP"):
    pictures = [picture(colour, kind) for colour in ("red", "white")] + [b"", b"no picture"]
    schemathesis.openapi.media_type(f"image/{kind.lower()}", st.sampled_from(pictures))


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=3, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_conforms_to_the_openapi_file(case, server):
    row_errors = (schemathesis.checks.negative_data_rejection,) if case.operation.label == BATCH else ()
    case.call_and_validate(base_url=server.url, excluded_checks=[*IGNORED_CHECKS, *row_errors])
