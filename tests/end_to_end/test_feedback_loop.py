"""A wrong judgement becomes a better model: reviewed, exported, trained on, compared, promoted, and rolled back."""

import json

import pytest
import torch
import yaml
from judgements import settle
from services import client_of
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from models.live import LiveInspector
from models.settings import Settings
from serving.store.store import Store
from serving.store.variables import URL_VARIABLE
from training.text.data import corpus
from training.text.data.corpus import Split, read_split
from training.text.networks.base import PAD, PretrainedEncoder
from training.text.train import train_text

BIOS = (
    "周末在河边钓鱼，偶尔拍拍翠鸟",
    "河边钓鱼第三年，也拍翠鸟和白鹭",
    "钓鱼佬一个，空军也开心",
    "下班去河边，看翠鸟，收竿回家",
    "翠鸟、白鹭、钓竿、慢生活",
    "河边长大，爱钓鱼，爱拍鸟",
)
"""Harmless texts that a model of a few examples takes for promises."""

TEXTS_EACH = 220
"""Texts of each part of the corpus: enough for a model that is wrong."""


def tiny():
    """A base of one narrow layer that knows single characters, so that training takes seconds."""
    torch.manual_seed(0)
    characters = sorted({character for case in read_split(Split.TRAIN) for character in case.text})
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((one, -5.0) for one in characters)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", None, [("<s>", 0), ("</s>", 2)])
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    config = BertConfig(vocab_size=len(pieces), pad_token_id=PAD, **sizes)
    return PretrainedEncoder(BertModel(config, add_pooling_layer=False), tokenizer, "tiny")


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """A home, a policy that allows to train on reviewed texts, and some of the corpus."""
    policy = yaml.safe_load(Settings().policy.read_text(encoding="utf-8"))
    policy["store"]["training"]["use"] = "reviewed"
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    (tmp_path / "corpus").mkdir()
    for part in Split:
        lines = (corpus.DATASET / f"{part}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        some = lines[:: len(lines) // TEXTS_EACH][:TEXTS_EACH]
        (tmp_path / "corpus" / f"{part}.jsonl").write_text("".join(some), encoding="utf-8")
    monkeypatch.setattr(corpus, "DATASET", tmp_path / "corpus")
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUIJIAN_POLICY", str(tmp_path / "policy.yaml"))
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    return tmp_path


@pytest.fixture
def service(environment):
    """The application with the models in force, as a client of it; `refresh` is what its reloader does."""
    live = LiveInspector(Settings.from_environment())
    store = Store.from_environment(live.settings.home, lambda: live.current.policy.store)
    with client_of(live, store) as client:
        client.live, client.store = live, store
        yield client
    store.close()


def judged(service, number=0):
    answer = service.post("/v1/classify", json={"account_id": f"u{number}", "bio": BIOS[number]})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def champion(environment, huijian):
    """The folder of a model that is in force."""
    artifact = train_text(environment / "champion", epochs=1, seed=1, base=tiny())
    assert huijian("promote", artifact, "--force")[0] == 0
    return artifact


@pytest.mark.slow
def test_reviewed_mistake_is_not_made_again_until_rollback(environment, champion, service, huijian):
    answers = [judged(service, number) for number in range(len(BIOS))]
    assert answers[0]["verdict"] == "reject"
    settle(service.store)
    flagged = [answer["decision_id"] for answer in answers if answer["verdict"] != "pass"]
    for decision in flagged:
        assert service.post(f"/v1/decisions/{decision}/review", json={"outcome": "pass"}).status_code == 201

    assert huijian("cases", "export", environment / "reviewed", "--test-share", "0")[0] == 0
    cases = environment / "reviewed" / "texts-train.jsonl"
    exported = [json.loads(line) for line in cases.read_text(encoding="utf-8").splitlines()]
    assert len(exported) == len(flagged) and not any(case["labels"] for case in exported)
    assert huijian("cases", "check", cases)[0] == 0

    challenger = train_text(environment / "challenger", cases=[cases], weight=30, epochs=2, seed=1, base=tiny())
    code, compared, _ = huijian("compare", champion, challenger)
    assert code == 0 and "macro" in compared.lower()
    # A model of a few hundred texts loses some labels, which `promote` objects to unless forced.
    assert huijian("promote", challenger, "--force")[0] == 0
    service.live.refresh()
    better = judged(service)
    assert better["versions"]["text"] != answers[0]["versions"]["text"]
    assert better["verdict"] == "pass"
    assert better["text_scores"]["bio"]["deceptive_claim"] < answers[0]["text_scores"]["bio"]["deceptive_claim"]

    assert huijian("rollback", "text")[0] == 0
    service.live.refresh()
    again = judged(service)
    assert (again["verdict"], again["versions"]["text"]) == ("reject", answers[0]["versions"]["text"])
