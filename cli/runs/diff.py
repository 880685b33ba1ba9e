"""`huijian diff`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.runs.json_files import write_json


def diff(
    before: Annotated[Path, typer.Argument(metavar="RUN", exists=True, help="What `huijian score` wrote first.")],
    after: Annotated[Path, typer.Argument(metavar="RUN", exists=True, help="What it wrote later.")],
    examples: Annotated[int, typer.Option(min=0, help="Accounts to name for each kind of change.")] = 5,
    texts: Annotated[bool, typer.Option("--texts", help="Also show findings and words of the named accounts.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the same as JSON, too.")] = None,
) -> None:
    """Compare two runs over the same accounts: verdicts that changed, findings gained and lost by label and field.

    Example: `huijian diff last-week/ this-week/ --json changes.json`
    """
    from serving.batch.errors import InputError
    from serving.runs.diff import diff as compare

    try:
        found = compare(before, after, examples, texts=texts)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(str(found).encode("utf-8", "backslashreplace").decode())
    if json_file:
        write_json(json_file, found.to_dict())
