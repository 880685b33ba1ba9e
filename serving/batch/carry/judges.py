"""What judges, down to its content: two runs with the same judges give the same answer on the same content.

Versions in answers name encoder, gallery, policy and more by content, but the text model by name, and rules that are
code not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version

from models.policy import Policy
from models.runtime import versions as artefacts
from models.runtime.artifact_files import ArtifactFile
from models.runtime.paths import DATASETS, REPOSITORY
from models.settings import Settings

CODE = ("models", "serving/batch", "serving/messages")
"""Folders whose code decides on answers."""

TABLES = ("characters", "contacts", "names", "policy")
"""Folders of `datasets/` that rules read when they judge."""

LIBRARIES = ("numpy", "onnxruntime", "opencv-python-headless", "pillow", "zxing-cpp")
"""Packages that compute scores."""

PICTURE_JUDGES = frozenset({"encoder", "gallery", "ocr"})
"""Judges that a row without pictures does not depend on."""


def judges(settings: Settings, versions: Mapping[str, str]) -> dict[str, str]:
    """Everything that an answer depends on besides the profile and the closed accounts.

    Args:
        settings: the models, gallery and policy to judge with.
        versions: as `Inspector.versions` names them.
    """
    text = artefacts.digest(settings.text_directory() / ArtifactFile.CONFIG)  # it lists the digests of the others
    rates = base_rates_judge(Policy.load(settings.policy))
    return {**versions, "text": f"{versions['text']}+{text[:16]}", "code": _code(), **rates}


def base_rates_judge(policy: Policy) -> dict[str, str]:
    """The base rates of a policy as a judge; nothing without any.

    They stand beside the policy since the kept judgement of a picture with text depends on them alone of it.
    """
    return {"base_rates": json.dumps(policy.base_rates, sort_keys=True)} if policy.base_rates else {}


def changed_judges(before: Mapping[str, str] | None, now: Mapping[str, str]) -> frozenset[str]:
    """Names of the judges that differ; a run that keeps none might differ in all."""
    if not before:
        return frozenset(now)
    return frozenset(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _code() -> str:
    digest = hashlib.sha256()
    for name in LIBRARIES:
        digest.update(f"{name}=={version(name)}\n".encode())
    folders = [*(REPOSITORY / name for name in CODE), *(DATASETS / name for name in TABLES)]
    files = (file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file())
    for file in files:
        if "artifacts" not in file.parts and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(REPOSITORY)}\0{artefacts.digest(file)}\n".encode())
    return digest.hexdigest()[:16]
