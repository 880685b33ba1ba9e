"""`huijian lists`: the platform's own words, blocked and allowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.operator import recorded

if TYPE_CHECKING:
    from models.text.lists.files import Change, ListFiles
    from models.text.lists.words import ListedWord

app = typer.Typer(help="词表 · Words that the platform blocks or allows, disguised or not.", no_args_is_help=True)

MAX_SHOWN_FAULTS = 20
"""Faulty lines of a file that are printed."""

Word = Annotated[str, typer.Argument(metavar="WORD")]
ListName = Annotated[str | None, typer.Option("--list", help="blocked or allowed.")]


@app.command()
def show(chosen: ListName = None) -> None:
    """Print the words: word, list, label, severity, fields and note, separated by tabs.

    Example: `huijian lists show --list blocked`
    """
    for word in _files().read().words:
        if chosen in (None, word.list):
            cells = (word.word, word.list, word.label or "", word.severity or "", ";".join(word.fields), word.note)
            typer.echo("\t".join(" ".join(cell.split()) for cell in cells))


@app.command()
def add(  # noqa: PLR0913, PLR0917 - the fields of a word
    word: Word,
    chosen: Annotated[str, typer.Option("--list", help="blocked or allowed.")],
    label: Annotated[str | None, typer.Option(help="What a blocked word violates, such as contact_diversion.")] = None,
    severity: Annotated[str | None, typer.Option(help="What a blocked word asks for: review or reject.")] = None,
    field: Annotated[
        list[str] | None, typer.Option(help="name, bio or signature; may be repeated.", show_default="all of them")
    ] = None,
    note: Annotated[str | None, typer.Option(help="Why it is listed.")] = None,
) -> None:
    """Add a word or change its entry; a running service takes it up within seconds.

    A blocked word is a finding wherever it stands, with its own severity in place of the policy's. An allowed word
    silences findings of the text detectors that lie wholly within it, but no blocked word.

    Example: `huijian lists add 跑分 --list blocked --label prohibited_content --severity reject`
    """
    from models.text.lists.words import ListsError, parse_word

    values = {"word": word, "list": chosen, "label": label, "severity": severity, "fields": field, "note": note}
    try:
        listed = parse_word(values)
    except ListsError as error:
        raise typer.BadParameter(str(error)) from error
    with _changing([listed], action="add") as lists:
        _report(lists.add([listed]))


@app.command()
def remove(word: Word) -> None:
    """Remove a word, given in any spelling that the normaliser does not tell apart.

    Example: `huijian lists remove 跑分`
    """
    with _changing([_files().find(word)], action="remove") as lists:
        _report(lists.remove(word)[1])


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="*.csv, or JSON Lines.")],
    instead: Annotated[bool, typer.Option("--replace", help="Remove all words that FILE does not list.")] = False,
) -> None:
    """Add the words of a file, all of them or none; every faulty line is named.

    A line is `{"word", "list", "label", "severity", "fields", "note"}`; a table has these columns, its fields separated
    by semicolons.

    Example: `huijian lists import words.csv`
    """
    from models.text.lists.tables import read_words

    words, faults = read_words(source)
    for fault in faults[:MAX_SHOWN_FAULTS]:
        typer.echo(f"huijian: {fault}", err=True)
    if faults:
        typer.echo(f"{len(faults)} faulty lines; nothing was imported", err=True)
        raise typer.Exit(1)
    with _changing(words, action="import", replace=instead) as lists:
        _report(lists.add(words, instead=instead))


@app.command()
def export(
    target: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="*.csv, or JSON Lines.")],
) -> None:
    """Write all words to a file that `import` reads.

    Example: `huijian lists export words.csv`
    """
    from models.text.lists.tables import write_words

    words = _files().read().words
    write_words(target, words)
    typer.echo(f"{len(words)} words in {target}")


def _files() -> ListFiles:
    from models.settings import Settings
    from models.text.lists.files import ListFiles

    return ListFiles(Settings.from_environment().home)


@contextmanager
def _changing(words: Sequence[ListedWord], **details: Any) -> Iterator[ListFiles]:
    """The lists, for a change that the audit trail records."""
    from models.settings import Settings
    from serving.words_in_trail import described

    settings = Settings.from_environment()
    with recorded(settings, **details, **described(settings.home, words)):
        yield _files()


def _report(change: Change) -> None:
    typer.echo(
        f"{change.added} words added, {change.replaced} changed, {change.removed} removed; "
        f"version {change.version} is in force"
    )
