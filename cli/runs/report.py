"""`huijian report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.runs.json_files import write_json


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", exists=True, help="What `huijian score` wrote.")],
    earlier: Annotated[Path | None, typer.Option(exists=True, metavar="RUN", help="A run to compare with.")] = None,
    output: Annotated[Path, typer.Option(dir_okay=False, help="The page; numbers go beside it, as .json.")] = Path(
        "report.html"
    ),
    examples: Annotated[
        int, typer.Option(min=0, help="Findings to show of each label, with account, words and box.")
    ] = 0,
) -> None:
    """Describe a run for people: verdicts, findings, score distributions, errors, drift against an earlier run, speed.

    The page stands alone. It names no account and shows no text unless examples are asked for.

    Example: `huijian report this-week/ --earlier last-week/ --output report.html`
    """
    from serving.batch.errors import InputError
    from serving.runs.report import Report

    numbers_file = output.with_suffix(".json")
    if numbers_file == output:
        raise typer.BadParameter("--output names the page: give it a name that ends in .html")
    try:
        made = Report.of(run, earlier, examples)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error
    made.write(output)
    write_json(numbers_file, made.to_dict())
    typer.echo(f"{made}\n{output} and {numbers_file}")
