"""Generator of docs/http-api.md: a real request and its answer for every route.

It asks a running service, whose gallery and decisions it changes, so give that a home directory of its own, with kept
embeddings for the preview of a reference:

    export HUIJIAN_HOME=$(mktemp -d)
    python -m benchmarks.accounts make --rows 500 build/population
    huijian score build/population/accounts build/decisions --keep-embeddings $HUIJIAN_HOME/embeddings
    huijian serve
    python -m serving.api_page > docs/http-api.md      # in another shell
"""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from serving.docs import pretty, specification

SERVICE_URL: Final = "http://127.0.0.1:3000"
"""Address of the running service."""

EMBLEM_PNG: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAACgAAAAoAgMAAADxkFD+AAAADFBMVEUAVaT/zQDmADj////BY7w1AAAAN0lEQVR42q3MMQ6AMAwEwQnii/Ejc4"
    "80HRI13mqrWTSiXN7+74Jtj2Bft0Wm3buVIzLsQokz6z6vQgpRFguvUQAAAABJRU5ErkJggg=="
)
"""An emblem of a few blocks, as PNG in base64."""

SETTLED_SECONDS: Final = 3
"""Until a decision is in the database and an enrolled emblem active."""

LEFT_OUT: Final = ("matches", "text_scores", "versions")
"""Parts of an answer that a brief example leaves out."""

PAGE_HEAD: Final = """# HTTP API

Every route with one request and its answer, as a service gave it; long lists and texts are cut at `…`. The whole
contract is [serving/openapi.yaml](../serving/openapi.yaml), which the running service shows at `/docs`.

- **Keys.** Without configured keys the service answers its own machine only and asks for none. With keys, send
  `Authorization: Bearer KEY`; the key needs the scope that the route names.
- **Errors** are `{"error": {"code", "message", "field"}}`. `400` the body cannot be read, `401`/`403` the key, `404`
  there is no such thing, `409` a clash, `413` too large, `415` wrong type, `422` a value; `429` and `503` come with
  `Retry-After`: send the same request again after so many seconds. Every answer is recorded before it is sent.
- **Ids.** Every answer has an `X-Request-ID`, yours if you sent one, by which you find the request in the service's
  log. With an `Idempotency-Key` of yours, a POST that you send again is done once.

In Python, the [client package](../clients/python/README.md) sends again what may be sent again, and its answers are
typed: `pip install ./clients/python`.

```python
from huijian_client import Client, Profile

with Client("http://127.0.0.1:3000", key=None) as client:
    answer = client.classify(Profile("42", bio="稳赚不赔，➕V：abc12345"))
    if answer["verdict"] != "pass":
        client.appeal(answer["decision_id"], "这是我注册的店名")
```

For other languages, code generators read `serving/openapi.yaml`; openapi-python-client and OpenAPI Generator do so
without an error.
"""


KINDS: Final = """A finding of `contact_diversion` says in `evidence.kind` what leads readers away. The policy may treat
kinds differently. As shipped, `account_name` asks for review, and every other kind is rejected
([settings](text-model.md#what-the-policy-decides)).

| kind | is |
|---|---|
| `number` | a telephone or QQ number |
| `id` | an id on a messenger, or of no named service |
| `link` | a web or e-mail address |
| `group` | a chat group |
| `code` | a passphrase, a token to copy, or a QR code that words point at |
| `account_name` | the author's own account on another public service: 微博@x, 公众号：x |
| `hint` | words that lead to a contact without naming it |"""

ENTITLEMENTS: Final = """What you have verified of an account goes with its profile, as `entitlements`. A finding that
one of them covers is still listed, with `"authorized": true`, and does not count. Entitlements are not stored. An
entitlement that nothing knows is named in `warnings`.

| entitlement | covers |
|---|---|
| `media.xinhua` | emblems and names of this reference or owner |
| `profession:lawyer` | `regulated_profession`, if the evidence names verified professions only |
| `contact:shop@example.com` | `contact_diversion`, if every contact of the text is verified |

Ids of professions are in `datasets/policy/professions.yaml`. A contact is an address, a number, an id, or an account's
name. Contacts are compared in one form: `contact:+86 154 1000 2688` covers 15410002688 in any spelling. A verified
contact covers no group's passphrase and no hint beside it."""

WORDS: Final = """Within five seconds a listed word counts, disguised or not. Its label and severity are those of its
entry; policy and entitlements do not change them ([word lists](word-lists.md))."""

PREVIEW: Final = """Nothing is enrolled. The answer counts pictures that the reference would catch: `possible` with a
probability of at least 0.1, `likely` of at least 0.5.

- `harmless` are pictures without any emblem, which ship with the encoder. What is caught of them would be false alarms.
- `kept` are pictures of your accounts, as far as `huijian score --keep-embeddings` kept them in `embeddings/` of the
  home directory ([how](rescore.md#keep-what-pictures-look-like-保存图片特征)); null without that folder.
- `clashes` are references in force that it resembles."""


@dataclass(frozen=True)
class Example:
    """A section of the page: a request, and what stands before it.

    Attributes:
        heading: of the section.
        text: Markdown before the request.
        arguments: of curl.
        is_brief: the answer is shown without matches, scores of texts, and versions.
    """

    heading: str
    text: str
    arguments: str
    is_brief: bool = False


def page() -> str:
    """The page, from the service at `SERVICE_URL`."""
    return "\n".join([PAGE_HEAD, *map(_section, _examples())])


def _examples() -> Iterator[Example]:
    """Requests in the order of a profile's life."""
    profile = "-F account_id=42 -F name=海边的小店 -F bio=稳赚不赔，➕V：abc12345"
    yield _route("post", "/v1/classify", f"{SERVICE_URL}/v1/classify {profile}")
    yield from _texts()
    rows = {"profiles": [{"account_id": "43", "name": "晒太阳"}, {"account_id": "44", "avatar": "iVBORw0KGgo="}]}
    yield _route("post", "/v1/classify_batch", f"{SERVICE_URL}/v1/classify_batch {_json(rows)}")
    yield from _decisions(profile)
    yield _route("get", "/v1/policy", f"{SERVICE_URL}/v1/policy")
    yield from _gallery()
    yield from _lists()
    closed = {"account_id": "45", "name": "晚风吹过麦田的收音机"}
    yield _route("post", "/v1/closed_accounts", f"{SERVICE_URL}/v1/closed_accounts {_json(closed)}")
    yield _route("delete", "/v1/closed_accounts/{account}", f"-X DELETE {SERVICE_URL}/v1/closed_accounts/45")


def _texts() -> Iterator[Example]:
    kind = f"{SERVICE_URL}/v1/classify -F account_id=42 -F bio=每天更新，微博@海边的小店"
    yield Example("## Kinds of contact 联系方式的类别", KINDS, kind, is_brief=True)
    verified = "-F entitlements=profession:lawyer -F entitlements=contact:wang@example.com"
    profile = f"-F account_id=46 -F bio=执业律师，咨询请写信：wang@example.com {verified}"
    yield Example("## Entitlements 授权", ENTITLEMENTS, f"{SERVICE_URL}/v1/classify {profile}", is_brief=True)


def _decisions(profile: str) -> Iterator[Example]:
    decision_id = _ask(f"{SERVICE_URL}/v1/classify {profile}")[1]["decision_id"]
    time.sleep(SETTLED_SECONDS)
    decision = f"{SERVICE_URL}/v1/decisions/{decision_id}"
    appeal = _json({"reason": "这是我注册的店名"})
    yield _route("post", "/v1/decisions/{decision_id}/appeal", f"{decision}/appeal {appeal}")
    review = {"outcome": "reject", "labels": ["contact_diversion", "deceptive_claim"], "note": "店名属实，引流也属实"}
    yield _route("post", "/v1/decisions/{decision_id}/review", f"{decision}/review {_json(review)}")
    yield _route("get", "/v1/decisions/{decision_id}", decision)
    yield _route("get", "/v1/decisions", f"{SERVICE_URL}/v1/decisions?label=contact_diversion&limit=1")
    yield _route("get", "/v1/decisions/{decision_id}/contents", f"{decision}/contents")


def _gallery() -> Iterator[Example]:
    offer = {"reference_id": "org.ocean", "label": "organization_logo", "name_zh": "海洋协会", "name_en": "Ocean"}
    offer |= {"owner_id": "org.ocean", "source": "press kit", "licence": "used with permission", "image": EMBLEM_PNG}
    preview = f"{SERVICE_URL}/v1/references?preview=true {_json(offer)}"
    yield Example("## POST /v1/references?preview=true 登记前预览", PREVIEW, preview)
    yield _route("post", "/v1/references", f"{SERVICE_URL}/v1/references {_json(offer)}")
    time.sleep(SETTLED_SECONDS)
    yield _route("get", "/v1/references", f"{SERVICE_URL}/v1/references?label=media_logo&limit=2")
    yield _route("get", "/v1/references/{reference_id}", f"{SERVICE_URL}/v1/references/org.ocean")
    yield _route("delete", "/v1/references/{reference_id}", f"-X DELETE {SERVICE_URL}/v1/references/org.ocean")


def _lists() -> Iterator[Example]:
    word = {"word": "跑分", "list": "blocked", "label": "prohibited_content", "severity": "reject", "note": "洗钱"}
    yield _route("post", "/v1/lists", f"{SERVICE_URL}/v1/lists {_json(word)}")
    time.sleep(SETTLED_SECONDS)
    profile = "-F account_id=47 -F bio=招人跑·分，日结"
    yield Example("## Listed words 词表生效", WORDS, f"{SERVICE_URL}/v1/classify {profile}", is_brief=True)
    yield _route("get", "/v1/lists", f"{SERVICE_URL}/v1/lists?list=blocked&limit=2")
    yield _route("delete", "/v1/lists/{word}", f"-X DELETE {SERVICE_URL}/v1/lists/{quote('跑分')}")


def _route(method: str, route: str, arguments: str) -> Example:
    """The section of a route, with its summary and scope from the OpenAPI document."""
    operation = specification()["paths"][route][method]
    scope = f" Scope of the key: `{operation['x-scope']}`." if "x-scope" in operation else ""
    return Example(f"## {method.upper()} {route}", f"{operation['summary'].split('· ')[1].strip()}.{scope}", arguments)


def _section(example: Example) -> str:
    status, answer = _ask(example.arguments)
    shown = {name: "…" if name in LEFT_OUT and example.is_brief else value for name, value in answer.items()}
    command = "curl -s " + example.arguments.replace("?", "\\?").replace("&", "\\&")
    blocks = f"```\n{command}\n```\n```json\n{pretty(_cut(shown))}\n```\n"
    return f"{example.heading}\n{example.text}\n\nIt answers {status}:\n\n{blocks}"


def _json(value: Any) -> str:
    return f"-H 'Content-Type: application/json' -d '{json.dumps(value, ensure_ascii=False)}'"


def _ask(arguments: str) -> tuple[int, Any]:
    command = ["curl", "-s", "-w", "\n%{http_code}", *shlex.split(arguments)]
    body, status = subprocess.run(command, check=True, capture_output=True, text=True).stdout.rsplit("\n", 1)  # noqa: S603
    return int(status), json.loads(body)


def _cut(value: Any) -> Any:
    """The value with long lists, mappings and texts truncated."""
    if isinstance(value, str):
        return value if len(value) <= 120 else f"{value[:40]}…"
    if isinstance(value, list):
        long = len(value) > 4
        return [_cut(item) for item in (value[:2] if long else value)] + ["…"] * long
    if isinstance(value, dict):
        kept = list(value.items())[: 3 if len(value) > 12 else None]
        return {name: _cut(item) for name, item in kept} | ({"…": "…"} if len(kept) < len(value) else {})
    return value


if __name__ == "__main__":
    print(page(), end="")
