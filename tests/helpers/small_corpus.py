"""A corpus of three texts, so that comparing with it takes no time."""

import json

from training.text.data import corpus

TRAINED = {"id": "t1", "field": "bio", "text": "三天包过，不过退款，名额有限", "labels": ["deceptive_claim"]}
HELD_OUT = {"id": "v1", "field": "bio", "text": "官方唯一授权，全国办理各类证书", "labels": ["false_authority"]}
TESTED = {"id": "e1", "field": "bio", "text": "周末喜欢去山里看云，也拍星空", "labels": []}


def install(folder, monkeypatch):
    """Write it into a folder and take it for the project's corpus."""
    for part, case in (("train", TRAINED), ("validation", HELD_OUT), ("test", TESTED)):
        (folder / f"{part}.jsonl").write_text(json.dumps(case, ensure_ascii=False) + "\n", encoding="utf-8")
    monkeypatch.setattr(corpus, "DATASET", folder)
