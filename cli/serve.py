"""`huijian serve`."""

from __future__ import annotations

from typing import Annotated

import typer


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 3000,
    workers: Annotated[int, typer.Option(min=1, help="Processes; the cores are shared among them.")] = 1,
) -> None:
    """Start the HTTP service, until Ctrl-C or SIGTERM.

    Without keys (`huijian keys add`) it listens on this machine only and needs none.

    Example: `huijian serve --port 3000 --workers 2`
    """
    from serving import server

    server.serve(port, workers)
