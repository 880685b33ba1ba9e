"""Several pictures enrolled at once, after a preview of what each would catch; bad ones are named with the reason."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from models.images.gallery.folders import fields_of_name
from models.images.gallery.gallery import Drawing
from models.images.gallery.references import GalleryError, Reference, parse_reference
from models.profile import ProfileError
from serving.batch.embeddings.preview import Preview
from serving.console.gallery import decoded, picture_uri, share_of
from serving.console.render import page
from serving.console.visits import Form, Upload, Visit
from serving.messages.errors import ERROR_CODES
from serving.routes.references import References

MAX_PICTURES: Final = 12
"""Pictures of one form: each takes about a second to embed and compare, and a request has thirty."""

MAX_BYTES: Final = 12_000_000
"""Bytes of them together, which the preview carries to the form that enrols them."""

SHARED: Final = ("label", "owner_id", "source", "licence")
"""Texts that are the same for all pictures; those left blank follow from the file's name."""

CARRIED: Final = (*SHARED, "prefix", "rollout", "harmless")


@dataclass(frozen=True)
class Fault:
    """A picture that cannot be enrolled.

    Attributes:
        zh, en: the reason's kind.
        message: the picture and the reason.
    """

    zh: str
    en: str
    message: str

    @classmethod
    def of(cls, error: GalleryError) -> Fault:
        """The fault that an error says."""
        code = ERROR_CODES.get(error.code or "")
        return cls(code.zh if code else "无法登记", code.en if code else "cannot be enrolled", str(error))


@dataclass(frozen=True)
class Shown:
    """A picture that can be enrolled.

    Attributes:
        picture: in base64, for the form that enrols it.
        uri: the picture as enrolled ones are shown.
        preview: what its emblem would catch.
    """

    name: str
    reference: Reference
    picture: str
    uri: str | None
    preview: Preview


class FolderPages:
    """Pages that enrol several pictures, for keys with the scope `manage`.

    Args:
        references: changes the gallery.
    """

    def __init__(self, references: References) -> None:
        self._references = references

    def preview(self, visit: Visit) -> Response:
        """What each picture would catch; nothing is changed."""
        uploads = visit.form.files.get("pictures", ())
        if not uploads:
            raise ProfileError("missing_field", "choose the pictures to enrol", "image")
        faults: list[GalleryError] = []
        offered = _offered(visit.form, uploads, faults)
        previews = self._references.preview_each([drawing for _, drawing in offered], faults.append)
        shown = [
            Shown(
                upload.name,
                drawing.reference,
                base64.b64encode(upload.content).decode(),
                picture_uri(upload.content),
                previews[drawing.reference.reference_id],
            )
            for upload, drawing in offered
            if not any(str(fault).startswith(f"{drawing.origin}: ") for fault in faults)
        ]
        return _page(visit, shown, faults)

    def enrol(self, visit: Visit) -> Response:
        """Enrol what was previewed, as far as it can be enrolled."""
        form = visit.form
        contents = map(decoded, form.all("picture_base64"))
        uploads = [Upload(name, content) for name, content in zip(form.all("name"), contents, strict=False)]
        faults: list[GalleryError] = []
        sources = [drawing for _, drawing in _offered(form, uploads, faults)]
        change = self._references.enrol_valid(sources, bool(form.text("force")), visit.by)
        faults += change.refused
        if faults:
            return _page(visit, [], faults, enrolled=change.pictures)
        ids = sorted({source.reference.reference_id for source in sources})
        return RedirectResponse(f"/console/gallery?{urlencode({'enrolled': ', '.join(ids)})}", 303)


def _page(
    visit: Visit, shown: Sequence[Shown], faults: Sequence[GalleryError], enrolled: int | None = None
) -> Response:
    return page(
        "folder.html",
        visit,
        shown=shown,
        faults=[Fault.of(fault) for fault in faults],
        values={name: visit.form.text(name) for name in CARRIED},
        enrolled=enrolled,
    )


def _offered(form: Form, uploads: Sequence[Upload], faults: list[GalleryError]) -> list[tuple[Upload, Drawing]]:
    """The pictures that are described well; the others are added to the faults, by number and name.

    Raises:
        ProfileError: they are too many or too large.
    """
    if len(uploads) > MAX_PICTURES:
        raise ProfileError("value_too_long", f"at most {MAX_PICTURES} pictures at once", "image")
    if sum(len(upload.content) for upload in uploads) > MAX_BYTES:
        raise ProfileError("image_bytes", f"the pictures have more than {MAX_BYTES // 1_000_000} MB together", "image")
    offered = []
    for number, upload in enumerate(uploads, 1):
        origin = f"{number}. {upload.name}"
        try:
            offered.append((upload, Drawing(parse_reference(_values(form, upload.name)), upload.content, origin)))
        except GalleryError as error:
            faults.append(GalleryError(f"{origin}: {error}", error.code, error.field))
    return offered


def _values(form: Form, name: str) -> dict[str, Any]:
    """Fields of a reference, from what the form says of all pictures and from the name of this one."""
    path = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in (form.text("prefix").strip(), *path.parts) if part not in {"", "/", ".."}]
    given: dict[str, Any] = {one: text for one in SHARED if (text := form.text(one).strip())}
    values = {**fields_of_name("/".join(parts), given), "source": path.name, "licence": "", **given}
    values["harmless"] = bool(form.text("harmless"))
    if form.text("rollout") and not values["harmless"]:
        values["rollout"] = share_of(form.text("rollout"))
    return values
