"""What a run says of its model: `metrics.json` for programs, card and report for people, measured on the artefact."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.policy import Policy
from models.runtime.artifact_files import ArtifactFile
from models.settings import Settings
from models.text.classifier.classifier import TextClassifier
from training.runs.curves import read_history
from training.runs.options import OPTIONS_FILE
from training.runs.report import REPORT_FILE
from training.text.data.corpus import Case, Split
from training.text.evaluation.evaluate import as_answers, compare_with_ngrams, field_texts, shipped_judge, table
from training.text.evaluation.html_report import write_report
from training.text.provenance import MADE_FROM, cases_digest

_CARD = """# 文本分类模型 · Text classifier {version}

Scores Chinese names, bios and signatures for eight labels and points at the words that show them.

- **Starts from** {base}: 12 layers, 384 wide, vocabulary pruned to what normalised Chinese profiles use.
- **Trained on** {texts} texts, {epochs} epochs, seed {seed}; contacts renewed, a third of the texts disguised, some
  joined. The texts are from
{sources}
- **Served as** ONNX, 8 bits a weight, {megabytes:.1f} MB; texts longer than {length} tokens are read in overlapping
  windows and the loudest window counts. Largest logit difference torch to ONNX {exact:.1e}; 8-bit mean {rounding:.3f}.
- **Second opinion** of character n-grams fitted on the same texts; what each is worth was fitted label by label.
- **Calibrated on** `datasets/bios/validation.jsonl` as exported: 0.5 is the operating point of every label.

## Measured on {cases} test texts, with contact patterns and names, beside keyword lists and character n-grams

```
{table}
```

## Limits

Test texts come from other authors than the training texts, but they too were written for this purpose; real profiles
are mostly harmless and less clear. Weak where knowledge of the world decides: irony, insider hints, licensed roles told
indirectly, new slang. Scores are for reviewers and policy, not proof. It reads Chinese; other languages were not
measured.

Licence: the base is MIT; corpus and fine-tuning as the project.
"""


def finish(artifact: Path, run: Path, parts: Mapping[Split, Sequence[Case]]) -> dict[str, float]:
    """Measure an exported model on the test texts and write its metrics, its card, and the report of its run.

    Args:
        artifact: folder of the model; its `metrics.json` holds the export's own numbers, its `config.json` what made
            it.
        run: folder of the run, with its history; `report.html` is written there.
        parts: texts of each part: model and baselines are trained and calibrated on two, and tested on the third.

    Returns:
        The test part's macro F1 and share of clean texts flagged, and the F1 of each label.
    """
    metrics = json.loads((artifact / ArtifactFile.METRICS).read_text(encoding="utf-8"))
    metrics["epochs"], test = read_history(run), parts[Split.TEST]
    judged = shipped_judge(artifact)(field_texts(test))
    metrics["test_part"], metrics["test"] = cases_digest(test), compare_with_ngrams(parts, judged)
    (artifact / ArtifactFile.METRICS).write_text(
        json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    (artifact / ArtifactFile.CARD).write_text(_card(artifact, metrics), encoding="utf-8")
    policy, command = Policy.load(Settings().policy), f"huijian train text --config {run / OPTIONS_FILE}"
    write_report(run / REPORT_FILE, metrics["test"], as_answers(test, judged), policy, command, metrics["epochs"])
    return _headline(metrics["test"]["huijian"])


def _headline(tested: Mapping[str, Any]) -> dict[str, float]:
    numbers = {f"test/{name}": tested[name] for name in ("macro_f1", "clean_flagged")}
    return numbers | {f"test/f1/{label}": row["f1"] for label, row in tested["labels"].items()}


def _card(artifact: Path, metrics: Mapping[str, Any]) -> str:
    config = json.loads((artifact / ArtifactFile.CONFIG).read_text(encoding="utf-8"))
    made = config[MADE_FROM]
    return _CARD.format(
        version=TextClassifier(artifact).version,
        base=made["base"],
        epochs=made["epochs"],
        seed=made["seed"],
        texts=made["training_texts"],
        sources="\n".join(_sources(made)),
        megabytes=metrics["bytes"] / 1e6,
        length=config["length"],
        exact=metrics["torch_to_onnx_largest_logit_difference"],
        rounding=metrics["onnx_to_int8_mean_logit_difference"],
        cases=metrics["test"]["huijian"]["cases"],
        table=table(metrics["test"]),
    )


def _sources(made: Mapping[str, Any]) -> Iterator[str]:
    """A line per file of training texts, with its SHA-256."""
    part = f", of which {made['limit']} at most" if made["limit"] else ""
    yield f"  - `datasets/bios/train.jsonl`{part}, SHA-256 `{made['corpus'][Split.TRAIN]}`"
    for one in made["cases"]:
        times = f"{one['cases']} further cases, each seen {made['weight']} times an epoch"
        yield f"  - `{one['file']}`, {times}, SHA-256 `{one['sha256']}`"
