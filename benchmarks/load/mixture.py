"""All kinds of requests, with the expected answer to each.

Every worker of the service must answer as the Inspector does in this process. A picture with our mark must match it if,
and only if, the gallery of the answer holds it.
"""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.load.requests import FORM, Request, form, multipart, never_seen
from benchmarks.profiles import AVATAR, COVER, imitation, picture, texts
from models.inspector import Inspector
from models.profile import Answer, Profile
from models.settings import Settings

PROFILES_PER_KIND = 12
"""Profiles of each kind; their pictures have new bytes each time."""

MARK = "org.soak"
"""Id of a reference that is enrolled and removed under load, and of its owner."""

MARK_FIELDS = {"reference_id": MARK, "label": "organization_logo", "name_zh": "试", "name_en": "Soak"}
MARK_FIELDS |= {"owner_id": MARK, "source": "drawn for a benchmark", "licence": "CC0-1.0"}
"""Fields of its enrolment."""

WEIGHTS = {"form": 40, "json": 25, "cover": 12, "again": 8, "mark": 6, "batch": 3, "broken": 3, "read": 3}
"""Requests of each kind in a hundred."""

AnswerJson = Mapping[str, Any]
"""An answer as parsed JSON."""


def mark() -> bytes:
    """A picture of coloured blocks that resembles no protected emblem."""
    cells = np.random.default_rng(12).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(cells).resize((256, 256), Image.Resampling.NEAREST).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def enrolment() -> Request:
    """The request that enrols the mark."""
    return Request("/v1/references", multipart({**MARK_FIELDS, "image": mark()}), FORM)


def removal() -> Request:
    """The request that removes the mark."""
    return Request(f"/v1/references/{MARK}", method="DELETE")


class Mixture:
    """Makes requests; `about` of each is its kind and its profiles."""

    def __init__(self) -> None:
        self._random = random.Random(0)
        names, bios, signatures = (texts(field) for field in ("name", "bio", "signature"))
        every = range(PROFILES_PER_KIND)
        self.kinds: Mapping[str, list[Profile]] = {
            "form": [Profile(f"form-{n}", names[n], bios[n], avatar=picture(AVATAR, n)) for n in every],
            "json": [Profile(f"json-{n}", names[-n], bios[-n], signatures[n]) for n in every],
            "cover": [Profile(f"cover-{n}", names[n], cover=imitation(COVER, n)) for n in every],
            "again": [Profile(f"again-{n}", avatar=imitation(AVATAR, n)) for n in every],
            "mark": [Profile("mark", avatar=mark())],
        }

    def __call__(self) -> Request:
        """The next request."""
        (kind,) = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        made: Request = getattr(self, f"_{kind}")()
        return made

    def accepted(self) -> Request:
        """The next request whose expected status is 200."""
        return next(request for request in iter(self, None) if request.about[0] != "broken")

    def _profile(self, kind: str) -> Profile:
        return self._random.choice(self.kinds[kind])

    def _form(self) -> Request:
        profile = self._profile("form")
        return form(replace(profile, avatar=never_seen(profile.avatar or b"")), ("form", [profile]))

    def _json(self) -> Request:
        profile = self._profile("json")
        return Request("/v1/classify", json.dumps(values_of(profile)).encode(), about=("json", [profile]))

    def _cover(self) -> Request:
        profile = self._profile("cover")
        return form(replace(profile, cover=never_seen(profile.cover or b"")), ("cover", [profile]))

    def _again(self) -> Request:
        profile = self._profile("again")
        return form(profile, ("again", [profile]))

    def _mark(self) -> Request:
        profile = self._profile("mark")
        return form(replace(profile, avatar=never_seen(profile.avatar or b"")), ("mark", [profile]))

    def _batch(self) -> Request:
        profiles = [self._profile(kind) for kind in ("form", "json", "cover", "json")]
        body = json.dumps({"profiles": [values_of(profile) for profile in profiles]}).encode()
        return Request("/v1/classify_batch", body, about=("batch", profiles))

    def _broken(self) -> Request:
        avatar = (self._profile("form").avatar or b"")[:2000]
        return form(Profile("broken", avatar=avatar), ("broken", []))

    def _read(self) -> Request:
        path = self._random.choice(("/v1/policy", "/v1/references?limit=20", "/readyz", "/metrics"))
        return Request(path, method="GET", about=("read", []))


def values_of(profile: Profile) -> dict[str, Any]:
    """A profile as JSON values."""
    written = {name: getattr(profile, name) for name in ("account_id", "name", "bio", "signature")}
    pictures = {
        name: base64.b64encode(data).decode() for name in ("avatar", "cover") if (data := getattr(profile, name))
    }
    return {name: value for name, value in {**written, **pictures}.items() if value is not None}


class Expected:
    """The Inspector's answers to all profiles of a mixture, by the released gallery."""

    def __init__(self, mixture: Mixture) -> None:
        inspector = Inspector.load(Settings().released())
        every = [profile for profiles in mixture.kinds.values() for profile in profiles]
        self._answers = {profile.account_id: essence(_answer(inspector, profile)) for profile in every}

    def agrees(self, profile: Profile, answer: AnswerJson) -> bool:
        """True if an answer is the Inspector's; the mark is left out, which `shows_mark` checks."""
        return essence(answer) == self._answers[profile.account_id]


def _answer(inspector: Inspector, profile: Profile) -> AnswerJson:
    (answer,) = inspector([profile])
    assert isinstance(answer, Answer), "every profile of the mixture can be judged"
    return answer.to_dict()


def essence(answer: AnswerJson) -> Any:
    """The findings of an answer without ids, versions and the mark, to compare."""
    found = [
        (finding["label"], finding["field"], finding["evidence"].get("reference_id"), round(finding["score"], 2))
        for finding in answer["findings"]
        if finding["evidence"].get("reference_id") != MARK
    ]
    return answer["account_id"], sorted(found, key=str)


def shows_mark(answer: AnswerJson) -> bool:
    """True if the mark was found."""
    return any(finding["evidence"].get("reference_id") == MARK for finding in answer["findings"])
