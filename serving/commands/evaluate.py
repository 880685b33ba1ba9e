"""`huijian evaluate`: how good the models in force are, on labelled data that they were not made from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="评测 · Measure the models in force on labelled data, beside baselines.", no_args_is_help=True)

Output = Annotated[Path | None, typer.Option(help="Also write the numbers there, as JSON.")]


@app.command()
def text(
    cases: Annotated[Path, typer.Argument(metavar="CASES.jsonl", exists=True, dir_okay=False)],
    output: Output = None,
) -> None:
    """Measure the text judgement, beside character n-grams.

    Example: `huijian evaluate text datasets/bios/test.jsonl`
    """
    from training.text.evaluate import evaluate_text

    evaluate_text(cases, output=output)
