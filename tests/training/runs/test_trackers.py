import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from training.runs.record import recorded
from training.runs.trackers import TrackerError


def test_a_tracker_that_is_not_installed_is_named_with_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    monkeypatch.delitem(sys.modules, "torch.utils.tensorboard", raising=False)
    with pytest.raises(TrackerError, match=r"requirements/tracking\.txt"), recorded(tmp_path, {}, "tensorboard"):
        pass
    assert not list(tmp_path.iterdir())


def test_tensorboard_gets_every_number(tmp_path):
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with recorded(tmp_path, {"seed": 7}, "tensorboard") as record:
        record.log(1, {"loss": 0.5})
        record.log(2, {"loss": 0.25})
    written = events.EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [(event.step, event.value) for event in written.Scalars("loss")] == [(1, 0.5), (2, 0.25)]


@pytest.fixture
def server(monkeypatch):
    """A server that answers as MLflow does, and keeps what it is asked; it refuses calls while `refuses` is set."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer(404 if "get-by-name" in self.path else 200, {})

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            web.asked.append((self.path.removeprefix("/api/2.0/mlflow/"), asked))
            self.answer(500 if web.refuses else 200, {"experiment_id": "1", "run": {"info": {"run_id": "r1"}}})

        def answer(self, status, content):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_):
            pass

    web = HTTPServer(("127.0.0.1", 0), Handler)
    web.asked, web.refuses = [], False
    threading.Thread(target=web.serve_forever, daemon=True).start()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{web.server_port}")
    yield web
    web.shutdown()


def test_mlflow_gets_options_numbers_and_how_the_run_ended(server, tmp_path):
    with recorded(tmp_path / "mine", {"seed": 7}, "mlflow") as record:
        record.log(2, {"loss": 0.25})
    paths, contents = zip(*server.asked, strict=True)
    assert paths == ("experiments/create", "runs/create", "runs/log-batch", "runs/log-batch", "runs/update")
    assert contents[1]["run_name"] == "mine" and contents[2]["params"] == [{"key": "seed", "value": "7"}]
    metric = contents[3]["metrics"][0]
    assert (metric["key"], metric["value"], metric["step"]) == ("loss", 0.25, 2)
    assert contents[4]["status"] == "FINISHED"


def test_a_run_that_is_broken_off_is_marked_as_failed(server, tmp_path):
    with pytest.raises(KeyboardInterrupt), recorded(tmp_path, {}, "mlflow"):
        raise KeyboardInterrupt
    assert server.asked[-1][1]["status"] == "FAILED"


def test_training_goes_on_where_the_server_fails_later(server, tmp_path, capsys):
    with recorded(tmp_path, {}, "mlflow") as record:
        server.refuses = True
        record.log(1, {"loss": 0.5})
    assert capsys.readouterr().err.count("MLflow did not take it") == 2


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:1"])
def test_a_server_that_is_not_there_stops_the_run_at_its_start(tmp_path, monkeypatch, address):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    with pytest.raises(TrackerError, match="MLflow server"), recorded(tmp_path, {}, "mlflow"):
        pass
