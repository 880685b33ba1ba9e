"""The content of a worker process: the active models, the store, and the application that uses both."""

from __future__ import annotations

import logging
from typing import Final

from models.live import LiveInspector
from models.settings import Settings
from models.warm_up import warm_up
from serving.application import application
from serving.keys import keys_file
from serving.keys.keyring import Keyring
from serving.metrics.metrics import Metrics
from serving.reloader import Reloader
from serving.shadow.shadow import Shadow
from serving.store.store import Store
from serving.trials.trial import PolicyTrial

JUDGING_THREADS: Final = 2
"""Profiles judged at once in a worker: while one waits for a network, the other is parsed and decoded."""

logging.getLogger("huijian").setLevel(logging.INFO)


class Worker:
    """One worker, configured by environment variables.

    Attributes:
        application: answers HTTP.
    """

    def __init__(self) -> None:
        settings = Settings.from_environment()
        live = LiveInspector(settings)
        warm_up(live.current)
        self._store = Store.from_environment(settings.home, lambda: live.current.policy.store)
        metrics = Metrics()
        keyring = Keyring(keys_file.path(settings.home))
        self._shadow = Shadow.from_environment(settings)
        self._trial = PolicyTrial(settings, self._store)
        self.application = application(
            live, self._store, metrics, keyring, threads=JUDGING_THREADS, shadow=self._shadow, trial=self._trial
        )
        self._trial.start()
        Reloader(live, keyring, self._store, metrics).start()

    def close(self) -> None:
        """Move spooled records to the database: the local disk may be deleted with this container."""
        self._trial.close()
        self._store.close()
        self._shadow.close()
