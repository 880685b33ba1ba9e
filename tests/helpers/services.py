"""The application with real models, in this process."""

from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from serving.application import application
from serving.keys import keys_file
from serving.keys.keyring import Keyring
from serving.metrics.metrics import Metrics


def client_of(live, store, shadow=None, trial=None):
    """A local client of a service that judges with `live` and records in `store`."""
    keyring = Keyring(keys_file.path(live.settings.home))
    app = application(live, store, Metrics(CollectorRegistry()), keyring, threads=1, shadow=shadow, trial=trial)
    return TestClient(app, "http://localhost", client=("127.0.0.1", 50_000))
