"""`huijian cases`: labelled cases from reviewed decisions and annotation tools, checked before training."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.operator import operator
from models.profile import Field

app = typer.Typer(help="样本 · Labelled cases from people: suggest, export, import, check.", no_args_is_help=True)


@app.command()
def export(
    output: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to make.")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only decisions reviewed from this day (UTC) on.")
    ] = None,
    test_share: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of the groups that is kept apart for measuring.")
    ] = 0.2,
) -> None:
    """Turn reviewed decisions into labelled cases, with who decided as a pseudonym.

    The policy must allow it (`store.training`). Doubles, contradictions and texts near to held-out ones are left out;
    an account's cases are never in both parts.

    Example: `huijian cases export december --since 2026-12-01`
    """
    from models.policy import Policy
    from models.settings import Settings
    from serving.feedback.reviewed import reviewed_decisions
    from serving.store.database import Database
    from serving.store.secrets import Secrets
    from serving.store.tables import utc
    from training.cases import CasesError
    from training.feedback.files import write_parts
    from training.feedback.parts import part
    from training.feedback.reviews import Draft, Unclear, drafts_of

    if output.exists():
        raise typer.BadParameter(f"{output} exists: name a folder that does not", param_hint="FOLDER")
    settings = Settings.from_environment()
    database, secrets = Database.from_environment(settings.home), Secrets.load(settings.home)
    database.prepare()
    drafts: list[Draft] = []
    unclear: Counter[str] = Counter()
    first = utc(since.replace(tzinfo=UTC)) if since else ""
    rules = Policy.load(settings.policy).store
    for decided in reviewed_decisions(database, secrets, rules, operator(), first):
        try:
            drafts += drafts_of(decided)
        except Unclear as error:
            unclear[str(error)] += 1
    parted = part(drafts, test_share)
    try:
        written = write_parts(output, parted)
    except CasesError as error:
        raise typer.BadParameter(str(error), param_hint="FOLDER") from error
    for name, count in written.items():
        typer.echo(f"{output / name}: {count} 个样本 · cases")
    for reason, count in (unclear + parted.left_out).most_common():
        typer.echo(f"未采用 · left out, {count}: {reason}", err=True)
    if not written:
        typer.echo("没有可导出的样本 · no case to export", err=True)
        raise typer.Exit(1)


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(metavar="EXPORT", exists=True, dir_okay=False, help="JSON of the tool.")],
    output: Annotated[Path, typer.Argument(metavar="OUT", dir_okay=False, help="File of cases to write.")],
    field: Annotated[Field | None, typer.Option(help="Field that items are from, where they name none.")] = None,
    pictures: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Folder of the pictures; by default the export's.")
    ] = None,
) -> None:
    """Turn Label Studio's or Argilla's JSON export into labelled cases.

    Items that nobody finished, or on which annotators disagree, are named and left out; the exit code is then 1.

    Example: `huijian cases import project-3.json cases.jsonl --field bio`
    """
    from models.settings import Settings
    from serving.feedback.reviewed import pseudonym
    from serving.store.secrets import Secrets
    from training.cases import CasesError
    from training.feedback.files import write_lines
    from training.feedback.imports import import_annotations

    secrets = Secrets.load(Settings.from_environment().home)
    try:
        imported = import_annotations(source, output, pictures, field, lambda person: pseudonym(secrets, person))
    except CasesError as error:
        raise typer.BadParameter(str(error), param_hint="EXPORT") from error
    for reason in imported.left_out:
        typer.echo(f"未采用 · left out: {reason}", err=True)
    if imported.cases:
        write_lines(output, imported.cases)
        typer.echo(f"{output}: {len(imported.cases)} 个样本 · cases; 请检查 · check them: huijian cases check {output}")
    if imported.left_out or not imported.cases:
        raise typer.Exit(1)


@app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)]) -> None:
    """Say what is wrong with a file of cases, line by line; exit code 1 if anything is.

    Finds broken lines, unknown keys and labels, pictures that cannot be read, texts that models are tested on,
    contradictions, doubles, and cases that had to be deleted.

    Example: `huijian cases check cases.jsonl`
    """
    from training.cases import CasesError
    from training.feedback.check import check as problems_of

    try:
        problems = problems_of(file)
    except CasesError as error:
        typer.echo(str(error))
        raise typer.Exit(1) from error
    for problem in problems:
        typer.echo(f"{file.name}, line {problem.line}: {problem.reason}")
    if problems:
        lines = len({problem.line for problem in problems})
        typer.echo(f"{lines} 行有问题 · lines with problems", err=True)
        raise typer.Exit(1)
    typer.echo("没有问题 · nothing is wrong")


@app.command()
def suggest(
    count: Annotated[int, typer.Option(min=1, help="Decisions to suggest.")] = 50,
    queue: Annotated[bool, typer.Option("--queue", help="Also make them the console's queue of suggestions.")] = False,
) -> None:
    """Name the decisions most worth a reviewer's time, one a line, with the reason; best first.

    Looks at the newest decisions whose contents are kept and that nobody reviewed. Preferred are scores near their
    threshold, labels that the challenger in shadow disputes, and texts unlike reviewed and suggested ones.

    With --queue they take the place of those queued before; run it daily.

    Example: `huijian cases suggest --count 20`

    For reviewers: `huijian cases suggest --count 200 --queue`
    """
    from models.policy import Policy
    from models.settings import Settings
    from serving.feedback.candidates import candidates
    from serving.store.cases.handling import Cases
    from serving.store.cases.suggestions import Suggestion
    from serving.store.database import Database
    from serving.store.secrets import Secrets
    from training.feedback.suggestions import suggest as suggestions

    settings = Settings.from_environment()
    database, secrets = Database.from_environment(settings.home), Secrets.load(settings.home)
    database.prepare()
    thresholds = {label: rule.threshold for label, rule in Policy.load(settings.policy).rules.items()}
    kept = list(candidates(database, secrets, operator()))
    known, found = [one.text for one in kept if one.reviewed], [one for one in kept if not one.reviewed]
    texts, scores = [one.text for one in found], [one.scores for one in found]
    best = suggestions(texts, scores, [one.disputed for one in found], known, thresholds, count)
    if queue:
        Cases(database).suggest(
            [Suggestion(found[one.position].decision_id, one.doubt, one.label, one.disputed) for one in best]
        )
    for one in best:
        reasons = [f"存疑 · doubt {one.doubt:.2f} {one.label or ''}".rstrip()]
        if one.disputed:
            reasons.append(f"候选模型不同意 · disputed {', '.join(one.disputed)}")
        typer.echo(f"{found[one.position].decision_id}  {'; '.join(reasons)}")
    if not found:
        typer.echo("没有待复核的判定 · no decision waits for a review", err=True)
