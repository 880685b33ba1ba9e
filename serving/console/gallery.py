"""The gallery: browse and search references, enrol one after a look at its neighbours, retire one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from models.arrays import Float32
from models.images.encoder.encoder import EncoderError
from models.images.encoder.phrases import PhraseEncoder, PhraseError
from models.images.gallery.clashes import CLASH_COSINE, SILENCE_COSINE
from models.images.gallery.gallery import Drawing, Phrase, Reference
from models.images.gallery.references import parse_phrase, parse_reference
from models.inspector import Inspector
from models.live import LiveInspector
from models.profile import EMBLEM_LABELS, ProfileError
from serving.console.evidence import drawing_uri
from serving.console.render import page
from serving.console.visits import Form, Visit
from serving.messages.query import choice_of
from serving.routes.references import Offer, References, client_faults

PAGE_TILES: Final = 42
NEIGHBOURS: Final = 12
"""References shown as nearest to a picture or phrase."""

SEARCHED_ROWS: Final = 200
"""Vectors looked at for them: one reference has up to some twenty."""

PROBE: Final = Reference("preview", None, "", "", "", "", "", harmless=True)
"""Stands for a picture that is searched and not enrolled."""

TEXTS: Final = ("reference_id", "label", "name_zh", "name_en", "owner_id", "source", "licence")


@dataclass(frozen=True)
class Neighbour:
    """An enrolled reference near a picture or phrase.

    Attributes:
        reference: that reference.
        similarity: cosine of its nearest vector, in [-1, 1].
        uri: its drawing as an address; None for a phrase.
    """

    reference: Reference
    similarity: float
    uri: str | None


class GalleryPages:
    """Pages of the gallery, for keys with the scope `manage`.

    Args:
        live: gives the active gallery and encoder.
        references: changes the gallery.
    """

    def __init__(self, live: LiveInspector, references: References) -> None:
        self._live, self._references = live, references

    def show(self, visit: Visit) -> Response:
        """References by label and name."""
        gallery = self._live.current.gallery
        label = choice_of(visit.query, "label", EMBLEM_LABELS)
        words, start = visit.query.get("q", "").strip().lower(), _number(visit.query.get("from", "0"))
        chosen = [one for one in gallery.references if _fits(one, label, words)]
        query = {name: visit.query[name] for name in ("label", "q") if name in visit.query}
        shown = [(one, drawing_uri(gallery, one.reference_id)) for one in chosen[start : start + PAGE_TILES]]
        following = urlencode({**query, "from": start + PAGE_TILES})
        return self._page(
            visit,
            tiles=shown,
            total=len(chosen),
            query=query,
            next=f"/console/gallery?{following}" if start + PAGE_TILES < len(chosen) else None,
            first=f"/console/gallery?{urlencode(query)}" if start else None,
        )

    def search(self, visit: Visit) -> Response:
        """The references nearest to a picture or phrase."""
        picture, phrase = visit.form.file("picture"), visit.form.text("phrase").strip()
        inspector = self._live.current
        found = neighbours(inspector, picture, phrase)
        return self._page(visit, found=found, phrase=phrase, picture=picture_uri(picture))

    def preview(self, visit: Visit) -> Response:
        """A reference that would be enrolled, beside its nearest neighbours; nothing is changed."""
        offer, picture, phrase = self._offer(visit.form)
        return page(
            "enrol.html",
            visit,
            reference=offer.sources[0].reference,
            values={name: visit.form.text(name) for name in (*TEXTS, "rollout", "harmless")},
            phrase=phrase,
            picture=base64.b64encode(picture).decode(),
            shown=picture_uri(picture),
            found=neighbours(self._live.current, picture, phrase),
            caught=self._references.preview(offer.sources) if picture else None,
            clash=CLASH_COSINE,
            silence=SILENCE_COSINE,
        )

    def enrol(self, visit: Visit) -> Response:
        """Enrol what was previewed."""
        offer, *_ = self._offer(visit.form)
        self._references.enrol(offer, visit.by)
        enrolled = offer.sources[0].reference.reference_id
        return RedirectResponse(f"/console/gallery?{urlencode({'q': enrolled, 'enrolled': enrolled})}", 303)

    def roll_out(self, visit: Visit) -> Response:
        """Set the share of accounts for which a reference counts."""
        which, share = visit.form.text("reference_id"), share_of(visit.form.text("rollout"))
        if not isinstance(share, float):
            raise ProfileError("value_invalid", "rollout: expected a number from 0 to 1", "rollout")
        self._references.configure(which, visit.by, share)
        return RedirectResponse(f"/console/gallery?{urlencode({'q': which, 'enrolled': which})}", 303)

    def retire(self, visit: Visit) -> Response:
        """Remove a reference with all its pictures."""
        gone = visit.form.text("reference_id")
        self._references.retire(gone, visit.by)
        return RedirectResponse(f"/console/gallery?{urlencode({'retired': gone})}", 303)

    def _page(self, visit: Visit, **values: Any) -> Response:
        shared: dict[str, Any] = {
            "tiles": [],
            "total": len(self._live.current.gallery.references),
            "query": {},
            "next": None,
            "first": None,
            "found": None,
            "phrase": "",
            "picture": None,
            "emblem_labels": EMBLEM_LABELS,
            "version": self._live.current.gallery.version,
        }
        return page("gallery.html", visit, **{**shared, **values})

    def _offer(self, form: Form) -> tuple[Offer, bytes, str]:
        values: dict[str, Any] = {name: form.text(name).strip() or None for name in TEXTS}
        values["harmless"] = bool(form.text("harmless"))
        if form.text("rollout") and not values["harmless"]:
            values["rollout"] = share_of(form.text("rollout"))
        picture = form.file("picture") or decoded(form.text("picture_base64"))
        phrase = form.text("phrase").strip()
        with client_faults():
            reference = parse_reference(values)
            if phrase and not picture:
                text = parse_phrase({"text": phrase}, reference)
                return Offer([Phrase(reference, text)], bool(form.text("force"))), b"", phrase
        if not picture:
            raise ProfileError("missing_field", "give a picture or a phrase", "image")
        return Offer([Drawing(reference, picture)], bool(form.text("force"))), picture, ""


def neighbours(inspector: Inspector, picture: bytes, phrase: str) -> list[Neighbour]:
    """The enrolled references nearest to a picture or, without one, to a phrase, nearest first.

    Raises:
        ProfileError: the picture or phrase cannot be embedded, or there is neither.
    """
    gallery = inspector.gallery
    vector = _of_picture(inspector, picture) if picture else _of_phrase(inspector.encoder.directory, phrase)
    similarities, rows = gallery.search(vector[None], SEARCHED_ROWS)
    best: dict[str, Neighbour] = {}
    for similarity, row in zip(similarities[0], rows[0], strict=True):
        reference = gallery.reference_of(int(row))
        if reference.reference_id not in best and len(best) < NEIGHBOURS:
            uri = drawing_uri(gallery, reference.reference_id)
            best[reference.reference_id] = Neighbour(reference, float(similarity), uri)
    return list(best.values())


def _of_picture(inspector: Inspector, picture: bytes) -> Float32:
    with client_faults():
        variants: Sequence[Any] = Drawing(PROBE, picture, "picture").read().variants
    return inspector.encoder(variants[:1])[0].vectors[0]


def _of_phrase(directory: Path, phrase: str) -> Float32:
    try:
        return _phrases(directory)([phrase])[0]
    except (EncoderError, PhraseError) as error:
        raise ProfileError("value_invalid", str(error), "text") from None


@lru_cache(maxsize=1)
def _phrases(directory: Path) -> PhraseEncoder:
    return PhraseEncoder(directory)


def _fits(reference: Reference, label: str | None, words: str) -> bool:
    names = f"{reference.reference_id} {reference.owner_id} {reference.name_zh} {reference.name_en}".lower()
    return label in (None, reference.label) and words in names


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def share_of(text: str) -> float | str:
    """The number of a field; its text where it is none, which is refused with the field's name."""
    try:
        return float(text)
    except ValueError:
        return text


def decoded(text: str) -> bytes:
    """A picture that a preview carried.

    Raises:
        ProfileError: it was altered.
    """
    try:
        return binascii.a2b_base64(text, strict_mode=True) if text else b""
    except ValueError:
        raise ProfileError("image_base64", "the picture of the preview was altered", "image") from None


def picture_uri(picture: bytes) -> str | None:
    """The picture as enrolled ones are shown, as an address; None without a picture.

    Raises:
        ProfileError: it cannot be used.
    """
    if not picture:
        return None
    with client_faults():
        thumbnail = Drawing(PROBE, picture, "picture").read().thumbnail
    return f"data:image/webp;base64,{base64.b64encode(thumbnail).decode()}"
