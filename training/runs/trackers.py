"""Where a training run can be followed: TensorBoard's files in its folder, or an MLflow server.

MLflow's own client cannot be installed beside what training needs (it asks for an earlier protobuf), so its REST
interface is called, which is the same in every version: https://mlflow.org/docs/latest/rest-api.html
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

import httpx
import yaml

Tracker = Literal["tensorboard", "mlflow"]
"""Names of the trackers."""

Log: TypeAlias = Callable[[int, Mapping[str, float]], None]
"""Takes the epoch or step and its numbers by name."""

EXPERIMENT = "huijian"
"""MLflow's experiment, to which all runs belong."""

ADDRESS_VARIABLE, TOKEN_VARIABLE = "MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN"
"""MLflow's own environment variables: the server's address, and a token for it if it asks for one."""


class TrackerError(RuntimeError):
    """What should follow the run is not installed or cannot be reached; the message says what to do."""


@contextmanager
def tensorboard(folder: Path, options: Mapping[str, Any]) -> Iterator[Log]:
    """Writes files for TensorBoard into `tensorboard/` of the run's folder.

    Raises:
        TrackerError: TensorBoard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 - optional, and slow to import
    except ImportError as error:
        raise TrackerError(
            "tensorboard is not installed: pip install -r requirements/tracking.txt, or leave out --track"
        ) from error
    with SummaryWriter(folder / "tensorboard") as writer:
        writer.add_text("options", f"```\n{yaml.safe_dump(dict(options), allow_unicode=True)}```")

        def log(step: int, numbers: Mapping[str, float]) -> None:
            for name, value in numbers.items():
                writer.add_scalar(name, value, step)
            writer.flush()

        yield log


@contextmanager
def mlflow(folder: Path, options: Mapping[str, Any]) -> Iterator[Log]:
    """Makes a run on the MLflow server that `ADDRESS_VARIABLE` names; one that is broken off stays there as failed.

    Numbers that the server does not take are named on stderr: training goes on.

    Raises:
        TrackerError: no server is named, or it does not answer.
    """
    address = os.environ.get(ADDRESS_VARIABLE, "")
    if not address.startswith(("http://", "https://")):
        raise TrackerError(f"--track mlflow needs the address of an MLflow server in {ADDRESS_VARIABLE}: http://...")
    token = os.environ.get(TOKEN_VARIABLE)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    base = f"{address.rstrip('/')}/api/2.0/mlflow/"
    with httpx.Client(base_url=base, headers=headers, timeout=20, trust_env=False) as client:
        try:
            run = _begun(client, folder.name, options)
        except httpx.HTTPError as error:
            raise TrackerError(f"the MLflow server {address} does not take the run: {error}") from error

        def log(step: int, numbers: Mapping[str, float]) -> None:
            given = [{"key": key, "value": value, "step": step, "timestamp": _now()} for key, value in numbers.items()]
            _told(client, "runs/log-batch", run_id=run, metrics=given)

        status = "FAILED"
        try:
            yield log
            status = "FINISHED"
        finally:
            _told(client, "runs/update", run_id=run, status=status, end_time=_now())


TRACKERS: Mapping[Tracker, Callable[[Path, Mapping[str, Any]], AbstractContextManager[Log]]] = {
    "tensorboard": tensorboard,
    "mlflow": mlflow,
}
"""Take the run's folder and its options, and give what is told the numbers."""


def _begun(client: httpx.Client, name: str, options: Mapping[str, Any]) -> str:
    """Id of a new run with its options."""
    found = client.get("experiments/get-by-name", params={"experiment_name": EXPERIMENT})
    if found.status_code == httpx.codes.NOT_FOUND:
        experiment = _post(client, "experiments/create", name=EXPERIMENT)["experiment_id"]
    else:
        experiment = found.raise_for_status().json()["experiment"]["experiment_id"]
    made = _post(client, "runs/create", experiment_id=experiment, run_name=name, start_time=_now())
    run: str = made["run"]["info"]["run_id"]
    parameters = [{"key": key, "value": str(value)} for key, value in options.items()]
    _post(client, "runs/log-batch", run_id=run, params=parameters)
    return run


def _told(client: httpx.Client, path: str, **content: Any) -> None:
    try:
        _post(client, path, **content)
    except httpx.HTTPError as error:
        print(f"MLflow 未记录 · MLflow did not take it: {error}", file=sys.stderr, flush=True)


def _post(client: httpx.Client, path: str, **content: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.post(path, json=content).raise_for_status().json()
    return answer


def _now() -> int:
    """Milliseconds since 1970."""
    return round(time.time() * 1000)
