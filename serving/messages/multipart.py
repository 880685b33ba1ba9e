"""Parsing of a multipart form into a list of parts.

python-multipart parses the bytes; this module adds two checks. A truncated body would silently lose its last parts, and
a body of a million tiny parts would occupy a core for seconds.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from python_multipart.multipart import Field, File, FormParser, MultipartParser, MultipartState

from models.profile import ProfileError

# The library's warnings quote request content.
for name in ("python_multipart", "python_multipart.multipart"):
    logging.getLogger(name).disabled = True


@dataclass(frozen=True)
class FormPart:
    """One part of the form.

    Attributes:
        name: the form field it belongs to.
        content: its bytes.
        is_file: it was sent with a file name.
        file_name: that name, as the sender gives it; blank where no file was chosen.
    """

    name: str
    content: bytes
    is_file: bool
    file_name: str = ""


def parts(body: bytes, boundary: bytes, max_parts: int) -> list[FormPart]:
    """The parts of a form, in order.

    Args:
        boundary: the separator, from the content type.
        max_parts: most parts to accept.

    Raises:
        ProfileError: the body is no form, is truncated, or has too many parts.
    """
    found: list[FormPart] = []

    def collect(part: Field | File) -> None:
        if len(found) == max_parts:
            raise ProfileError("malformed_multipart", f"the form has more than {max_parts} parts")
        found.append(_part(part))

    try:
        parser = FormParser(
            "multipart/form-data",
            on_field=collect,
            on_file=collect,
            boundary=boundary,
            config={"MAX_MEMORY_FILE_SIZE": len(body) + 1, "UPLOAD_ERROR_ON_BAD_CTE": True},
        )
        parser.write(body)
        parser.finalize()
    except ValueError as error:
        raise ProfileError("malformed_multipart", "the body is not a multipart form with this boundary") from error
    if not isinstance(parser.parser, MultipartParser) or parser.parser.state is not MultipartState.END:
        raise ProfileError("malformed_multipart", "the form stops before its closing boundary")
    return found


def _part(part: Field | File) -> FormPart:
    name = (part.field_name or b"").decode("utf-8")
    if isinstance(part, File):
        content = part.file_object.getvalue()  # type: ignore[union-attr] # never spooled to disk
        return FormPart(name, content, is_file=True, file_name=(part.file_name or b"").decode("utf-8", "replace"))
    return FormPart(name, part.value or b"", is_file=False)
