"""Generator of docs/http-api.md: a real request and its answer for every route.

It asks a running service, whose gallery and decisions it changes, so give that a home directory of its own:
`HUIJIAN_HOME=$(mktemp -d) huijian serve`, then `python -m serving.api_page > docs/http-api.md`.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from collections.abc import Iterator
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

PAGE_HEAD: Final = """# HTTP API

Every route with one request and its answer, as a service gave it; long lists and texts are cut at `…`. The whole
contract is [serving/openapi.yaml](../serving/openapi.yaml), which the running service shows at `/docs`.

- **Keys.** Without configured keys the service answers its own machine only and asks for none. With keys, send
  `Authorization: Bearer KEY`; the key needs the scope that the route names.
- **Errors** are `{"error": {"code", "message", "field"}}`. `400` the body cannot be read, `401`/`403` the key, `404`,
  `409` a clash, `413` too large, `415` wrong type, `422` a value; `429` and `503` come with `Retry-After`: send the
  same request again after so many seconds. Nothing that was answered is forgotten, and nothing is answered that could
  not be recorded.
- **Ids.** Every answer has an `X-Request-ID`, yours if you sent one, by which the service's log has it.

In Python, `serving.client` sends again what may be sent again, and its answers are typed:

```python
from models.profile import Profile
from serving.client import Client

with Client("http://127.0.0.1:3000", key=None) as client:
    answer = client.classify(Profile("42", bio="稳赚不赔，➕V：abc12345"))
    if answer["verdict"] != "pass":
        client.appeal(answer["decision_id"], "这是我注册的店名")
```
"""


def page() -> str:
    """The page, from the service at `SERVICE_URL`."""
    return "\n".join([PAGE_HEAD, *(_section(*example) for example in _examples())])


def _examples() -> Iterator[tuple[str, str, str]]:
    """Method, route and arguments of curl, in the order of a profile's life."""
    profile = "-F account_id=42 -F name=海边的小店 -F bio=稳赚不赔，➕V：abc12345"
    yield "post", "/v1/classify", f"{SERVICE_URL}/v1/classify {profile}"
    rows = {"profiles": [{"account_id": "43", "name": "晒太阳"}, {"account_id": "44", "avatar": "iVBORw0KGgo="}]}
    yield "post", "/v1/classify_batch", f"{SERVICE_URL}/v1/classify_batch {_json(rows)}"
    decision_id = _ask(f"{SERVICE_URL}/v1/classify {profile}")[1]["decision_id"]
    time.sleep(SETTLED_SECONDS)
    decision = f"{SERVICE_URL}/v1/decisions/{decision_id}"
    yield "post", "/v1/decisions/{decision_id}/appeal", f"{decision}/appeal {_json({'reason': '这是我注册的店名'})}"
    review = {"outcome": "reject", "labels": ["contact_diversion", "deceptive_claim"], "note": "店名属实，引流也属实"}
    yield "post", "/v1/decisions/{decision_id}/review", f"{decision}/review {_json(review)}"
    yield "get", "/v1/decisions/{decision_id}", decision
    yield "get", "/v1/policy", f"{SERVICE_URL}/v1/policy"
    yield from _gallery()
    yield from _lists()
    closed = {"account_id": "45", "name": "晚风吹过麦田的收音机"}
    yield "post", "/v1/closed_accounts", f"{SERVICE_URL}/v1/closed_accounts {_json(closed)}"
    yield "delete", "/v1/closed_accounts/{account}", f"-X DELETE {SERVICE_URL}/v1/closed_accounts/45"


def _gallery() -> Iterator[tuple[str, str, str]]:
    offer = {"reference_id": "org.ocean", "label": "organization_logo", "name_zh": "海洋协会", "name_en": "Ocean"}
    offer |= {"owner_id": "org.ocean", "source": "press kit", "licence": "used with permission", "image": EMBLEM_PNG}
    yield "post", "/v1/references", f"{SERVICE_URL}/v1/references {_json(offer)}"
    time.sleep(SETTLED_SECONDS)
    yield "get", "/v1/references", f"{SERVICE_URL}/v1/references?label=media_logo&limit=2"
    yield "get", "/v1/references/{reference_id}", f"{SERVICE_URL}/v1/references/org.ocean"
    yield "delete", "/v1/references/{reference_id}", f"-X DELETE {SERVICE_URL}/v1/references/org.ocean"


def _lists() -> Iterator[tuple[str, str, str]]:
    word = {"word": "跑分", "list": "blocked", "label": "prohibited_content", "severity": "reject", "note": "洗钱"}
    yield "post", "/v1/lists", f"{SERVICE_URL}/v1/lists {_json(word)}"
    time.sleep(SETTLED_SECONDS)
    yield "get", "/v1/lists", f"{SERVICE_URL}/v1/lists?list=blocked&limit=2"
    yield "delete", "/v1/lists/{word}", f"-X DELETE {SERVICE_URL}/v1/lists/{quote('跑分')}"


def _json(value: Any) -> str:
    return f"-H 'Content-Type: application/json' -d '{json.dumps(value, ensure_ascii=False)}'"


def _section(method: str, route: str, arguments: str) -> str:
    operation = specification()["paths"][route][method]
    status, answer = _ask(arguments)
    scope = f" Scope of the key: `{operation['x-scope']}`." if "x-scope" in operation else ""
    command = "curl -s " + arguments.replace("?", "\\?").replace("&", "\\&")
    example = f"```\n{command}\n```\n```json\n{pretty(_cut(answer))}\n```\n"
    summary = operation["summary"].split("· ")[1].strip()
    return f"## {method.upper()} {route}\n{summary}.{scope} It answers {status}:\n\n{example}"


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
