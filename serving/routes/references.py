"""The gallery over HTTP: enrol, list, show and remove references.

A change writes a new version of this machine's own gallery, which every worker loads within seconds. Until then a
worker lists, and judges with, the version before.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.images.gallery import gallery
from models.images.gallery.files import GalleryEntry
from models.images.gallery.gallery import Change, Drawing, Gallery, GalleryError, Phrase, Reference
from models.images.gallery.references import OtherEncoderError, ReferenceSource, parse_phrase, parse_reference
from models.images.gallery.screening import Refuse, Screening
from models.live import LiveInspector
from models.profile import EMBLEM_LABELS, ProfileError
from serving.active import recorded
from serving.batch.embeddings.layout import EmbeddingsFolder
from serving.batch.embeddings.preview import Preview, preview, preview_each
from serving.batch.errors import InputError
from serving.keys.scopes import caller
from serving.messages.bodies import Shape, read
from serving.messages.query import choice_of, page_of
from serving.messages.responses import json_response
from serving.metrics.metrics import Metrics
from serving.routes.idempotency import once
from serving.routes.pool import Pool
from serving.routes.store_faults import store_faults
from serving.store.store import Store

MAX_PICTURES: Final = 8
"""Pictures of one emblem in a request; embedding their variants takes one or two seconds."""

MAX_WAITING: Final = 4
"""Changes in one worker, in work or waiting; one is made at a time."""

EMBEDDINGS_FOLDER: Final = "embeddings"
"""Folder of the home directory whose kept embeddings a preview searches."""

MAX_PREVIEWED: Final = 200_000
"""Kept pictures that a preview compares, a random sample: a few seconds for one emblem."""

REFERENCE_FIELDS: Final = tuple(Reference.__dataclass_fields__)
REFERENCE_SHAPE: Final = Shape(
    names=(*REFERENCE_FIELDS, "image", "text", "force"),
    images=("image",),
    lists=("image",),
    literals=("threshold", "rollout", "harmless", "force"),
    max_parts=MAX_PICTURES + len(REFERENCE_FIELDS) + 2,
)


@dataclass(frozen=True)
class Offer:
    """References that a client wants to enrol.

    Attributes:
        sources: pictures of one reference, or its phrase.
        force: enrol it even if it resembles another owner's reference.
    """

    sources: Sequence[ReferenceSource]
    force: bool


class References:
    """Handlers that read the active gallery and write the next one.

    Args:
        live: gives the active gallery and encoder, and settings with the own gallery's place.
        store: its audit trail records changes.
        metrics: counts waiting changes.
    """

    def __init__(self, live: LiveInspector, store: Store, metrics: Metrics) -> None:
        self._live, self._store = live, store
        self._pool = Pool("references", 1, MAX_WAITING, metrics)

    async def all(self, request: Request) -> Response:
        """GET lists references, POST enrols one, or with `preview=true` says what it would catch.

        Raises:
            ProfileError: the request is refused, or the service is busy.
        """
        if request.method == "POST":
            if choice_of(request.query_params, "preview", ("true", "false")) == "true":
                return await self._pool.run(request, self._preview)
            work = once(self._store, request, partial(self._add, caller(request.scope)))
            return await self._pool.run(request, work)
        return json_response(await run_in_threadpool(page, self._live.current.gallery, request.query_params))

    async def one(self, request: Request) -> Response:
        """GET shows a reference with its pictures, DELETE removes it.

        Raises:
            ProfileError: there is no such reference, it cannot be removed, or the service is busy.
        """
        reference_id = request.path_params["reference_id"]
        if request.method == "DELETE":
            return await self._pool.run(request, self._remove(reference_id, caller(request.scope)))
        with client_faults():
            return json_response(await run_in_threadpool(shown, self._live.current.gallery, reference_id))

    def enrol(self, offer: Offer, by: str) -> Change:
        """Enrol references, recorded in the audit trail.

        Raises:
            ProfileError: they are refused, or the trail or the gallery cannot be written.
        """
        reference_id = offer.sources[0].reference.reference_id
        with self._changing(by, action="add", reference_id=reference_id, force=offer.force) as (own, base):
            return gallery.add(own, self._live.current.encoder, offer.sources, offer.force, base)

    def enrol_valid(self, sources: Sequence[ReferenceSource], force: bool, by: str) -> Change:
        """Enrol the pictures that can be enrolled, recorded in the audit trail; `refused` of the change names the rest.

        Raises:
            ProfileError: the trail or the gallery cannot be written.
        """
        ids = sorted({source.reference.reference_id for source in sources})
        with self._changing(by, action="add", references=ids, force=force) as (own, base):
            return gallery.add_valid(own, self._live.current.encoder, sources, force, base)

    def preview(self, sources: Sequence[ReferenceSource]) -> Preview:
        """What references would catch together; nothing is enrolled.

        Raises:
            ProfileError: one of them is no picture, or cannot be used.
        """
        current = self._live.current
        with client_faults():
            return preview(current.encoder, current.gallery, sources, self._embeddings(), MAX_PREVIEWED)

    def preview_each(self, sources: Sequence[ReferenceSource], refuse: Refuse) -> dict[str, Preview]:
        """What each of several references would catch, by its id; nothing is enrolled.

        Args:
            refuse: is told of every picture that cannot be enrolled.
        """
        current = self._live.current
        screening = Screening(current.gallery.entries, each_picture_once=True)
        new = [source for source in sources if screening.passes(source, refuse)]
        with client_faults():
            return preview_each(current.encoder, current.gallery, new, self._embeddings(), MAX_PREVIEWED, refuse)

    def retire(self, reference_id: str, by: str) -> Change:
        """Remove a reference, recorded in the audit trail.

        Raises:
            ProfileError: there is none, it is the last, or the trail or the gallery cannot be written.
        """
        with self._changing(by, action="remove", reference_id=reference_id) as (own, base):
            return gallery.remove(own, reference_id, base)

    def configure(self, reference_id: str, by: str, rollout: float) -> Change:
        """Set the share of accounts for which a reference counts, recorded in the audit trail.

        Raises:
            ProfileError: there is none, the share is refused, or the trail or the gallery cannot be written.
        """
        with self._changing(by, action="configure", reference_id=reference_id, rollout=rollout) as (own, base):
            return gallery.configure(own, reference_id, base, rollout=rollout)

    def _add(self, by: str, content_type: str, body: bytes) -> Response:
        offer = parse(content_type, body)
        change = self.enrol(offer, by)
        reference = asdict(offer.sources[0].reference)
        clashes = [asdict(clash) for clash in change.clashes]
        return json_response(
            {"reference": reference, **_done(change), "clashes": clashes}, 201 if change.pictures else 200
        )

    def _preview(self, content_type: str, body: bytes) -> Response:
        return json_response({"preview": self.preview(parse(content_type, body).sources).to_dict()})

    def _embeddings(self) -> Path | None:
        """Kept embeddings of the encoder in force; None without any."""
        folder = self._live.settings.home / EMBEDDINGS_FOLDER
        try:
            EmbeddingsFolder.open(folder, self._live.current.encoder.fingerprint)
        except InputError:
            return None
        return folder

    def _remove(self, reference_id: str, by: str) -> Callable[[str, bytes], Response]:
        def work(_content_type: str, _body: bytes) -> Response:
            change = self.retire(reference_id, by)
            return json_response({"reference_id": reference_id, **_done(change)})

        return work

    @contextmanager
    def _changing(self, by: str, **details: Any) -> Iterator[tuple[Path, Path]]:
        """This machine's own gallery and its base, for a change that the audit trail records."""
        settings = self._live.settings
        recording = recorded(self._store.trail, settings, by, **details)
        with store_faults(), client_faults(), recording, settings.own_gallery() as own:
            yield own


def parse(content_type: str, body: bytes) -> Offer:
    """The references in a request to enrol.

    Raises:
        ProfileError: a field is missing, unknown or refused; names the field.
    """
    values = read(content_type, body, REFERENCE_SHAPE)
    force = values.get("force")
    if not isinstance(force, bool | None):
        raise ProfileError("wrong_type", "force: expected true or false", "force")
    with client_faults():
        reference = parse_reference(values)
        if values.get("text") is not None:
            return Offer([Phrase(reference, parse_phrase(values, reference))], bool(force))
    return Offer([Drawing(reference, picture) for picture in _pictures(values.get("image"))], bool(force))


def page(version: Gallery, query: Mapping[str, str]) -> dict[str, Any]:
    """A page of the enrolled references, in the order of the gallery.

    Args:
        query: `label`, `limit` and `offset`, as text.

    Raises:
        ProfileError: a value is not allowed.
    """
    label, part = choice_of(query, "label", EMBLEM_LABELS), page_of(query)
    chosen = [reference for reference in version.references if label in (None, reference.label)]
    listed = [asdict(reference) for reference in chosen[part]]
    return {"references": listed, "total": len(chosen), "version": version.version}


def shown(version: Gallery, reference_id: str) -> dict[str, Any]:
    """A reference with its drawings and phrases.

    Raises:
        GalleryError: there is no reference of that id.
    """
    entries = [version.entries[number] for number in version.entries_of(reference_id)]
    pictures = [_picture(entry) for entry in entries]
    reference = asdict(entries[0].reference)
    return {"reference": reference, "pictures": pictures, "version": version.version}


@contextmanager
def client_faults() -> Iterator[None]:
    """Translate refusals of the gallery into errors for clients; a broken gallery is not the client's fault.

    Raises:
        ProfileError: with the code and field of the `GalleryError`. The code is `overloaded` while the active gallery
            needs an encoder that this worker has not loaded.
    """
    try:
        yield
    except OtherEncoderError:
        message = "the gallery in force is of an encoder that is not taken up yet; try again, or see /readyz"
        raise ProfileError("overloaded", message) from None
    except GalleryError as error:
        if error.code is None:
            raise
        raise ProfileError(error.code, str(error), error.field) from None


def _pictures(value: Any) -> list[bytes]:
    """The pictures of a request: a list from a form, one from JSON."""
    if value is None:
        raise ProfileError("missing_field", "image: missing; give an image or a text", "image")
    pictures = [value] if isinstance(value, bytes) else value
    if not isinstance(pictures, list) or not pictures or not all(isinstance(one, bytes) for one in pictures):
        raise ProfileError("wrong_type", "image: send the picture as a file, or in base64", "image")
    if len(pictures) > MAX_PICTURES:
        raise ProfileError("value_too_long", f"image: at most {MAX_PICTURES} pictures at once", "image")
    return pictures


def _picture(entry: GalleryEntry) -> dict[str, Any]:
    drawing = base64.b64encode(entry.drawing).decode() if entry.drawing else None
    described = {"source": entry.reference.source, "licence": entry.reference.licence}
    return {"sha256": entry.sha256, **described, "drawing": drawing, "text": entry.text or None}


def _done(change: Change) -> dict[str, Any]:
    return {"pictures": change.pictures, "version": change.version}
