"""The BentoML service: BentoML keeps the processes, our application answers.

Models are loaded in `__init__`, so only workers load them. BentoML's own pages, input parsing, access log and metrics
stay unreachable: they fetch addresses, embed a third-party script, log what was sent and label metrics with raw paths.
"""

from __future__ import annotations

import gc
import logging
import os
from typing import Any, Final

import bentoml
from starlette.types import Receive, Scope, Send

from models.live import LiveInspector
from models.settings import Settings
from serving import connections, keys_file
from serving.application import application
from serving.edge import BODY_SECONDS, deadline
from serving.freshness import Freshness
from serving.keyring import Keyring
from serving.metrics import Metrics
from serving.shadow.shadow import Shadow
from serving.store.store import Store

BACKSTOP_SECONDS: Final = BODY_SECONDS + deadline() + 5
"""BentoML's own deadline. Its answer is bare, so it must come after ours."""

JUDGING_THREADS: Final = 2
"""Profiles judged at once in a worker: while one waits for a model, the other is parsed and decoded."""

logging.getLogger("huijian").setLevel(logging.INFO)
connections.install()


@bentoml.service(
    name="huijian",
    workers=int(os.environ.get("HUIJIAN_WORKERS") or 1),
    traffic={"timeout": BACKSTOP_SECONDS},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)
class ProfileService:
    """One worker: the models in force and the application that asks them."""

    def __init__(self) -> None:
        settings = Settings.from_environment()
        self.live = LiveInspector(settings)
        self.store = Store.from_environment(settings.home, lambda: self.live.current.policy.store)
        metrics = Metrics()
        self.keyring = Keyring(keys_file.path(settings.home))
        self.shadow = Shadow.from_environment(settings)
        self.application = application(
            self.live, self.store, metrics, self.keyring, threads=JUDGING_THREADS, shadow=self.shadow
        )
        Freshness(self.live, self.keyring, self.store, metrics).start()
        # What was loaded stays for good: the collector need not walk it again (p99 of small requests: 55 to 2.7 ms).
        gc.collect()
        gc.freeze()

    @bentoml.on_shutdown
    def close(self) -> None:
        """Move what is still spooled to the database: the local disk may go with this container."""
        self.store.close()
        self.shadow.close()


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
            await bentoml.get_current_service().application(scope, receive, send)


ProfileService.add_asgi_middleware(OurRoutes)  # type: ignore[attr-defined] # the decorator makes a Service
