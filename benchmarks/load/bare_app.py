"""The simplest HTTP service around the Inspector: FastAPI without store, keys, limits or metrics."""

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
"""The Inspector, loaded on import, so that `/readyz` is answered only once it can judge."""


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Allow as many threads as our service has: the default of 40 would compete for the core."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = JUDGING_THREADS
    yield


app = FastAPI(lifespan=lifespan)
"""The application that uvicorn runs."""


@app.get("/readyz")
def readyz() -> dict[str, bool]:
    """Answer once the module is loaded."""
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
