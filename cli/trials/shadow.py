"""`huijian shadow`: what a challenger says of the profiles that the champion answers."""

from __future__ import annotations

import typer

app = typer.Typer(help="影子评测 · Compare a challenger with the champion on live traffic.", no_args_is_help=True)


@app.command()
def report() -> None:
    """Print how often the newest challenger and the champion agreed, and decisions on which they did not.

    Example: `huijian shadow report`
    """
    from models.settings import Settings
    from serving.shadow.disagreement import DisagreementReport
    from serving.store.comparisons import Comparisons
    from serving.store.database import Database

    database = Database.from_environment(Settings.from_environment().home)
    database.prepare()
    typer.echo(DisagreementReport.of_newest_trial(Comparisons(database)))
