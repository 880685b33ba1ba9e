"""A multipart form as a list of its parts.

python-multipart reads the bytes; this room only closes what it leaves open: a body that stops early would lose its
last parts without a word, and a body of a million tiny parts would keep a core busy for seconds.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from python_multipart.multipart import Field, File, FormParser, MultipartParser, MultipartState

from models.profile import ProfileError

# Its warnings quote what was sent.
for name in ("python_multipart", "python_multipart.multipart"):
    logging.getLogger(name).disabled = True


@dataclass(frozen=True)
class Part:
    """One part of the form.

    Attributes:
        name: the form field it belongs to.
        content: its bytes.
        is_file: whether it was sent with a file name.
    """

    name: str
    content: bytes
    is_file: bool


def parts(body: bytes, boundary: bytes, most: int) -> list[Part]:
    """The parts of a form, in order.

    Args:
        boundary: the separator that the content type announces.
        most: how many parts to accept.

    Raises:
        ProfileError: not a form, a form that stops early, or one of too many parts.
    """
    found: list[Part] = []

    def collect(part: Field | File) -> None:
        if len(found) == most:
            raise ProfileError("malformed_multipart", f"the form has more than {most} parts")
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


def _part(part: Field | File) -> Part:
    name = (part.field_name or b"").decode("utf-8")
    if isinstance(part, File):
        return Part(name, part.file_object.getvalue(), is_file=True)  # type: ignore[union-attr] # never spooled to disk
    return Part(name, part.value or b"", is_file=False)
