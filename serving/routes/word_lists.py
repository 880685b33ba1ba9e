"""The platform's word lists over HTTP: list, add and remove words.

Every worker judges with a change within seconds. Until then a worker lists, and judges with, the version before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.live import LiveInspector
from models.profile import ProfileError
from models.text.lists.files import ListFiles, Lists
from models.text.lists.words import BLOCKED_LABELS, WORD_FIELDS, ListedWord, ListsError, WordList, parse_word
from serving.active import recorded
from serving.keys.scopes import caller
from serving.messages.bodies import Shape, read
from serving.messages.query import choice_of, page_of
from serving.messages.responses import json_response
from serving.metrics.metrics import Metrics
from serving.routes.idempotency import once
from serving.routes.pool import Pool
from serving.routes.store_faults import store_faults
from serving.store.store import Store
from serving.words_in_trail import described

MAX_WAITING: Final = 16
"""Changes in one worker, in work or waiting; one is made at a time."""

WORD_SHAPE: Final = Shape(names=WORD_FIELDS, images=(), lists=("fields",))


class WordListRoutes:
    """Handlers that read the lists in force and change them.

    Args:
        live: gives the lists, and settings with their place.
        store: its audit trail records changes.
        metrics: counts waiting changes.
    """

    def __init__(self, live: LiveInspector, store: Store, metrics: Metrics) -> None:
        self._live, self._store = live, store
        self._pool = Pool("lists", 1, MAX_WAITING, metrics)

    async def all(self, request: Request) -> Response:
        """GET lists words, POST adds one or replaces its entry.

        Raises:
            ProfileError: the request is refused, or the service or its store cannot take it now.
        """
        if request.method == "POST":
            work = once(self._store, request, partial(self._add, caller(request.scope)))
            return await self._pool.run(request, work)
        return json_response(await run_in_threadpool(page, self._live.lists, request.query_params))

    async def remove(self, request: Request) -> Response:
        """Remove a word.

        Raises:
            ProfileError: no list holds it, or the service or its store cannot take it now.
        """
        return await self._pool.run(request, self._remove(request.path_params["word"], caller(request.scope)))

    def _add(self, by: str, content_type: str, body: bytes) -> Response:
        word = parse(content_type, body)
        with self._changing(by, word, "add") as lists:
            change = lists.add([word])
        return json_response({"word": word.to_dict(), "version": change.version}, 201 if change.added else 200)

    def _remove(self, written: str, by: str) -> Callable[[str, bytes], Response]:
        def work(_content_type: str, _body: bytes) -> Response:
            with client_faults():
                word = ListFiles(self._live.settings.home).find(written)
            with self._changing(by, word, "remove") as lists:
                removed, change = lists.remove(written)
            return json_response({"word": removed.to_dict(), "version": change.version})

        return work

    @contextmanager
    def _changing(self, by: str, word: ListedWord, action: str) -> Iterator[ListFiles]:
        """The lists, for a change that the audit trail records."""
        settings = self._live.settings
        recording = recorded(self._store.trail, settings, by, action=action, **described(settings.home, [word]))
        with store_faults(), client_faults(), recording:
            yield ListFiles(settings.home)


def parse(content_type: str, body: bytes) -> ListedWord:
    """The word in a request to add one.

    Raises:
        ProfileError: a field is missing, unknown or refused; names the field.
    """
    values = read(content_type, body, WORD_SHAPE)
    with client_faults():
        return parse_word(values)


def page(lists: Lists, query: Mapping[str, str]) -> dict[str, Any]:
    """A page of the words, in the order in which they were first added.

    Args:
        query: `list`, `label`, `limit` and `offset`, as text.

    Raises:
        ProfileError: a value is not allowed.
    """
    chosen_list, label = choice_of(query, "list", tuple(WordList)), choice_of(query, "label", BLOCKED_LABELS)
    part = page_of(query)
    chosen = [word for word in lists.words if chosen_list in (None, word.list) and label in (None, word.label)]
    return {"words": [word.to_dict() for word in chosen[part]], "total": len(chosen), "version": lists.version}


@contextmanager
def client_faults() -> Iterator[None]:
    """Translate refusals of words into errors for clients; broken lists are not the client's fault.

    Raises:
        ProfileError: with the code and field of the `ListsError`.
    """
    try:
        yield
    except ListsError as error:
        if error.code is None:
            raise
        raise ProfileError(error.code, str(error), error.field) from None
