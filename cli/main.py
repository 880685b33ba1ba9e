"""Entry of the command line `huijian`: every task, from judging a profile to promoting a model.

Exit code 0 means done, 1 not done, 2 wrong usage. An error is one line on stderr; a traceback is a bug of ours.
"""

from __future__ import annotations

import sys

import typer

from cli import (
    classify,
    closed,
    evaluate,
    export,
    gallery,
    keys,
    lists,
    promotion,
    score,
    serve,
    store,
    train,
)
from cli.cases import app as cases
from cli.runs import diff, report, rescore
from cli.trials import policy, shadow
from models.profile import ProfileError

OUR_PACKAGES = ("models", "serving", "training")
"""Packages whose exceptions carry a message for users, with what to do."""

app = typer.Typer(
    help="徽鉴 · Judges account profiles: imitated emblems, QR codes, deceptive and diverting texts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command()(serve.serve)
app.command()(classify.classify)
app.command()(score.score)
app.command()(score.baseline)
app.command()(rescore.rescore)
app.command()(diff.diff)
app.command()(report.report)
app.add_typer(gallery.app, name="gallery")
app.add_typer(cases.app, name="cases")
app.add_typer(train.app, name="train")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(closed.app, name="closed")
app.add_typer(lists.app, name="lists")
app.command()(export.export)
app.command()(promotion.compare)
app.command()(promotion.promote)
app.command()(promotion.rollback)
app.add_typer(promotion.app, name="models")
app.add_typer(shadow.app, name="shadow")
app.add_typer(policy.app, name="policy")
app.command()(store.purge)
app.add_typer(keys.app, name="keys")
app.add_typer(store.audit, name="audit")
app.add_typer(store.store, name="store")


def main() -> None:
    """Run the command line and exit."""
    try:
        app()
    except Exception as error:
        message = _message(error)
        if message is None:
            raise
        print(f"huijian: {message}", file=sys.stderr)
        sys.exit(1)


def _message(error: Exception) -> str | None:
    """The message for the user; None for a bug."""
    if isinstance(error, ModuleNotFoundError) and not _is_ours(error.name):
        return f"{error.name} is not installed; `make training` installs what training needs"
    if isinstance(error, ProfileError):
        from serving.batch.decisions import describe

        return describe(error)
    return str(error) if _is_ours(type(error).__module__) or isinstance(error, OSError) else None


def _is_ours(module: str | None) -> bool:
    return (module or "").split(".")[0] in OUR_PACKAGES
