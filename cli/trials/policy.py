"""`huijian policy`: a policy on trial, judged again from stored scores."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.operator import operator, recorded, trail

app = typer.Typer(help="策略试行 · Try a policy on stored decisions before it is in force.", no_args_is_help=True)


@app.command("try")
def try_(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The policy to try.")],
) -> None:
    """Put a policy on trial, in place of another one. No answer changes, and nothing is judged by the models.

    The service makes its newest decisions again from their stored scores, new ones as they come; the console shows what
    would change. A file that is no policy is refused with its line and the reason.

    Example: `huijian policy try policy-next.yaml`
    """
    from models.settings import Settings
    from serving.trials import policy_file

    settings = Settings.from_environment()
    with trail(settings) as events:
        version = policy_file.begin(file.read_bytes(), str(file), settings, events, operator())
    typer.echo(f"策略开始试行 · policy {version} is on trial; see /console/policy, or `huijian policy report`")


@app.command()
def stop() -> None:
    """End the trial.

    Example: `huijian policy stop`
    """
    from models.settings import Settings
    from serving.trials import policy_file

    settings = Settings.from_environment()
    with trail(settings) as events:
        policy_file.end(settings, events, operator())
    typer.echo("试行已结束 · the trial has ended")


@app.command()
def promote() -> None:
    """Put the policy on trial into force, in a running service too, and end the trial.

    It replaces the policy file; `huijian rollback policy` brings the one before back.

    Example: `huijian policy promote`
    """
    from models.settings import Settings
    from serving.store.audit.trail import Trail
    from serving.trials import policy_file

    settings = Settings.from_environment()
    with recorded(settings, action="promote") as database:
        version = policy_file.promote(settings, Trail(database), operator())
    typer.echo(f"策略生效 · policy {version} is in force")


@app.command()
def report(last: Annotated[int, typer.Option(min=1, help="Newest decisions to judge again.")] = 10_000) -> None:
    """Print what the policy on trial would change, counted over stored decisions now.

    Example: `huijian policy report --last 100000`
    """
    from tqdm import tqdm

    from models.settings import Settings
    from serving.store.cases.handling import Cases
    from serving.store.database import Database
    from serving.trials import policy_file
    from serving.trials.rejudging import Rejudging
    from serving.trials.report import TrialReport

    settings = Settings.from_environment()
    policy = policy_file.on_trial(settings.home)
    database = Database.from_environment(settings.home)
    database.prepare()
    stored = tqdm(Cases(database).newest(last), total=last, unit=" decisions", leave=False, disable=None)
    typer.echo(f"试行策略 · policy on trial: {policy.version}")
    typer.echo(TrialReport.of(map(Rejudging(policy, settings), stored)))
