"""The BentoML service: BentoML keeps the processes, our application answers.

What judges is imported and loaded in `__init__`, so only in workers: the process that keeps them imports this file too.
BentoML's own pages, input parsing, access log and metrics stay unreachable: they fetch addresses, embed a third-party
script, log what was sent and label metrics with raw paths.
"""

from __future__ import annotations

import gc
import os

import bentoml
from starlette.types import Receive, Scope, Send

from serving.edge import connections


@bentoml.service(
    name="huijian",
    workers=int(os.environ.get("HUIJIAN_WORKERS") or 1),
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


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer from our routes, in a worker."""
    await bentoml.get_current_service().worker.application(scope, receive, send)


connections.install(answer)
