"""The running service against its own OpenAPI file: what schemathesis makes of every route, allowed and forbidden."""

import io

import PIL.Image
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks

from serving import docs

# On its own machine the service asks for no key.
schema = schemathesis.openapi.from_dict({**docs.specification(), "security": []})
load_all_checks()

NOT_SAID_BY_A_SCHEMA = (schemathesis.checks.positive_data_acceptance,)
"""A text of the right type need not be a picture in base64."""

BATCH = "POST /v1/classify_batch"
"""It answers 200 with an error in the place of a profile that breaks its schema."""


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
def test_every_answer_is_as_the_openapi_file_says(case, server):
    row_errors = (schemathesis.checks.negative_data_rejection,) if case.operation.label == BATCH else ()
    case.call_and_validate(base_url=server.url, excluded_checks=[*NOT_SAID_BY_A_SCHEMA, *row_errors])
