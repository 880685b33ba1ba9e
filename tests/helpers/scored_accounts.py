"""A handful of accounts to score, policies to compare, and decisions read back."""

import io
import json

import pyarrow.parquet as pq
import yaml
from PIL import Image

from models.settings import Settings

ACCOUNTS = [
    {"account_id": "clean", "name": "海边的小店", "bio": "喜欢旅行和摄影"},
    {"account_id": "contact", "bio": "稳赚不赔，➕V：abc12345", "signature": "每天开心"},
    {"account_id": "state", "name": "中国移动客服", "entitlements": ["org.china-mobile"]},
    {"account_id": "word", "name": "中国美食"},
    {"account_id": "face", "name": "小林", "avatar": "face.jpg"},
    {"account_id": "boast", "bio": "全网第一，史上最强减肥导师"},
    {"account_id": "broken", "avatar": "missing.jpg"},
    {"account_id": "clean", "bio": "again"},
]


def write_accounts(folder, accounts=ACCOUNTS):
    stream = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(stream, "JPEG")
    (folder / "face.jpg").write_bytes(stream.getvalue())
    file = folder / "accounts.jsonl"
    file.write_text("".join(json.dumps(account) + "\n" for account in accounts), encoding="utf-8")
    return file


def write_policy(path, **changes):
    """The shipped policy with other rules for some labels."""
    rules = yaml.safe_load(Settings().policy.read_text(encoding="utf-8"))
    for label, rule in changes.items():
        rules["rules"][label] |= rule
    path.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    return path


def read(out):
    return pq.read_table(out).to_pylist()


def by_account(out):
    """Verdict, findings and error of each account's first row."""
    rows = {}
    for row in read(out):
        rows.setdefault(row["account_id"], row)
    return rows
