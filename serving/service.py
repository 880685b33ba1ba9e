"""The BentoML service: BentoML keeps the processes, our application answers.

What judges is imported and loaded in `__init__`, so only in workers: the process that keeps them imports this file too.
BentoML's own pages, input parsing, access log and metrics stay unreachable: they fetch addresses, embed a third-party
script, log what was sent and label metrics with raw paths.
"""

from __future__ import annotations

import gc
import os
from typing import Any, Final

import bentoml
from starlette.types import Receive, Scope, Send

from serving import connections
from serving.deadlines import BODY_SECONDS, deadline

BACKSTOP_SECONDS: Final = BODY_SECONDS + deadline() + 5
"""BentoML's own deadline. Its answer is bare, so it must come after ours."""

connections.install()


@bentoml.service(
    name="huijian",
    workers=int(os.environ.get("HUIJIAN_WORKERS") or 1),
    traffic={"timeout": BACKSTOP_SECONDS},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)
class ProfileService:
    """One worker."""

    def __init__(self) -> None:
        # What is loaded stays for good: the collector need not walk it while it grows (0.5 s), nor as requests are
        # answered (p99 of small ones: 55 to 2.7 ms).
        gc.disable()
        from serving.worker import Worker  # noqa: PLC0415

        self.worker = Worker()
        gc.freeze()
        gc.enable()

    @bentoml.on_shutdown
    def close(self) -> None:
        """Lose nothing."""
        self.worker.close()


class OurRoutes:
    """Middleware that ends every request in our application and leaves BentoML only the lifespan of the process.

    Args:
        app: BentoML's own application.
    """

    def __init__(self, app: Any) -> None:
        self._bentoml = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from our routes."""
        if scope["type"] == "lifespan":
            await self._bentoml(scope, receive, send)
        else:
            await bentoml.get_current_service().worker.application(scope, receive, send)


ProfileService.add_asgi_middleware(OurRoutes)  # type: ignore[attr-defined] # the decorator makes a Service
