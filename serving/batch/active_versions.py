"""The versions that an Inspector has now, read in a process that ends and so frees the models' memory."""

from __future__ import annotations

import signal
from multiprocessing import get_context
from multiprocessing.connection import Connection

from models.inspector import Inspector
from models.settings import Settings
from serving.batch.errors import RunError


def active_versions(settings: Settings) -> dict[str, str]:
    """The versions that an Inspector of these settings names in its answers.

    Raises:
        ArtifactError, EncoderError, GalleryError, AccountsError, ListsError, PolicyError: it cannot be loaded.
        RunError: the process was lost.
    """
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_send_versions, args=(settings, sending), daemon=True)
    process.start()
    sending.close()  # so that the end of the process is the end of the pipe
    try:
        reply = receiving.recv()
    except EOFError:
        raise RunError("the process that loads the models was lost, perhaps for want of memory; run again") from None
    finally:
        process.join()
    if isinstance(reply, Exception):
        raise reply
    return dict(reply)


def _send_versions(settings: Settings, sending: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process, which ends this one
    try:
        reply: dict[str, str] | Exception = dict(Inspector.load(settings).versions)
    except Exception as error:
        reply = error
    sending.send(reply)
