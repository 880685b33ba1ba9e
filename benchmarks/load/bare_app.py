"""The least that answers profiles over HTTP: FastAPI around the Inspector, without store, keys, limits or metrics."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import anyio.to_thread
from fastapi import FastAPI, File, Form, HTTPException, UploadFile

from models.inspector import Inspector
from models.profile import Profile, ProfileError
from models.settings import Settings
from serving.worker import JUDGING_THREADS

inspector = Inspector.load(Settings.from_environment())
"""Loaded with the module, so that `/readyz` is answered only by what can judge."""


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """As many threads as our own service has: the usual 40 would fight for the core."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = JUDGING_THREADS
    yield


app = FastAPI(lifespan=lifespan)
"""What uvicorn runs."""


@app.get("/readyz")
def readyz() -> dict[str, bool]:
    """Whether it answers."""
    return {"ready": True}


@app.post("/v1/classify")
def classify(
    account_id: Annotated[str, Form()],
    name: Annotated[str | None, Form()] = None,
    bio: Annotated[str | None, Form()] = None,
    avatar: Annotated[UploadFile | None, File()] = None,
) -> dict[str, Any]:
    """The answer to one profile."""
    picture = avatar.file.read() if avatar else None
    (answer,) = inspector([Profile(account_id, name, bio, avatar=picture)])
    if isinstance(answer, ProfileError):
        raise HTTPException(422, answer.code)
    return answer.to_dict()
