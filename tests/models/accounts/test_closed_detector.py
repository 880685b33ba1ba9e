"""Returning accounts found by avatar, by name and by both, through the Inspector with the released encoder."""

import io
import os
from dataclasses import replace

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

from models.accounts.closed import REGISTER_FOLDER, Account, ClosedAccounts, hashed_accounts
from models.accounts.detector import ClosedAccountDetector
from models.accounts.keys import HASH_VARIABLE
from models.accounts.likelihood import AvatarLikelihood
from models.accounts.names import Hasher
from models.accounts.register import RegisterFiles
from models.accounts.segments import AccountsError
from models.accounts.signatures import LAYOUT_DIMENSION, AvatarSignature
from models.images.input.decode import decode
from models.inspector import Inspector
from models.live import LiveInspector
from models.profile import Answer, Field, Label, Profile
from models.runtime.paths import REPOSITORY
from models.settings import Settings

KEY = bytes(range(32))
RARE, COMMON = "晚风吹过麦田的收音机", "王建国"


def picture(seed):
    """An avatar of soft blobs, as dissimilar to others as photographs are."""
    cells = bytes((seed * 31 + place * place * 7) % 251 for place in range(16 * 16 * 3))
    noise = PIL.Image.frombytes("RGB", (16, 16), cells)
    return noise.resize((320, 320), PIL.Image.Resampling.BICUBIC)


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, kind, **options)
    return buffer.getvalue()


CHANGES = {
    "same": encoded,
    "recompressed": lambda image: encoded(image.resize((180, 180)), "JPEG", quality=50),
    "mirrored": lambda image: encoded(PIL.ImageOps.mirror(image), "JPEG", quality=80),
    "animated": lambda image: encoded(image, "GIF", save_all=True, append_images=[picture(50).convert("RGB")]),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    os.environ[HASH_VARIABLE] = KEY.hex()
    yield tmp_path_factory.mktemp("home")
    del os.environ[HASH_VARIABLE]


@pytest.fixture(scope="module")
def live(home):
    return LiveInspector(replace(Settings(), home=home))


def close(live, account_id, name=None, image=None):
    encoder, files = live.current.encoder, RegisterFiles(live.settings.home / REGISTER_FOLDER)
    frames = decode(encoded(image), Field.AVATAR) if image else []
    likeness = AvatarSignature.of(frames[0], encoder([frames[0].pixels])[0].vectors[0]) if image else None
    hasher = Hasher(KEY)
    accounts = hashed_accounts([Account(account_id, name, likeness)], hasher, encoder.dimension + LAYOUT_DIMENSION)
    files.add(accounts, encoder.fingerprint, hasher.check)
    live.refresh()
    return f"{hasher.account_hash(account_id):016x}"


def matches(live, account_id="new", **fields):
    """Findings about closed accounts, by field."""
    (answer,) = live.current([Profile(account_id, **fields)])
    assert isinstance(answer, Answer), answer
    found = [finding for finding in answer.findings if finding.label is Label.CLOSED_ACCOUNT_MATCH]
    return {finding.field: finding for finding in found}, answer


@pytest.fixture
def closed(live):
    """Three closed accounts, and their keys."""
    yield [
        close(live, "rare", RARE, picture(1)),
        close(live, "common", COMMON, picture(2)),
        close(live, "x", "云南阿月"),
    ]
    hasher = Hasher(KEY)
    RegisterFiles(live.settings.home / REGISTER_FOLDER).remove(
        [hasher.account_hash(one) for one in ("rare", "common", "x")]
    )
    live.refresh()


def test_no_finding_and_no_version_without_closed_accounts(live):
    found, answer = matches(live, name=RARE, avatar=encoded(picture(1)))
    assert not found
    assert "closed" not in answer.versions
    assert live.current.closed_accounts() == {Field.NAME: 0, Field.AVATAR: 0}


@pytest.mark.parametrize("change", CHANGES)
def test_an_avatar_uploaded_again_is_found(live, closed, change):
    found, answer = matches(live, avatar=CHANGES[change](picture(1)))
    finding = found[Field.AVATAR]
    assert finding.evidence.reference_id == closed[0]
    assert finding.evidence.similarity > 0.6
    assert finding.evidence.frame == (0 if change == "animated" else None)
    assert finding.score >= 0.5
    assert answer.verdict != "pass"
    assert answer.versions["closed"].startswith("3-")


def test_inspector_counts_searchable_accounts(live, closed):
    assert live.current.closed_accounts() == {Field.NAME: 3, Field.AVATAR: 2}


def test_avatars_of_other_people_are_not_found(live, closed):
    assert not any(matches(live, avatar=encoded(picture(seed)))[0] for seed in range(5, 9))


def test_a_rare_name_is_found_alone_and_a_common_one_is_not(live, closed):
    found, _ = matches(live, name="晚风✨吹过麦田的收音机")
    assert found[Field.NAME].evidence.reference_id == closed[0]
    assert found[Field.NAME].evidence.text == "晚风✨吹过麦田的收音机"
    assert not matches(live, name=COMMON)[0]


def test_common_name_and_avatar_together_score_higher_than_either(live, closed):
    avatar = CHANGES["recompressed"](picture(2))
    alone = matches(live, avatar=avatar)[0][Field.AVATAR].score
    both = matches(live, name=COMMON, avatar=avatar)[0]
    assert both[Field.NAME].evidence.reference_id == both[Field.AVATAR].evidence.reference_id == closed[1]
    assert both[Field.NAME].score == both[Field.AVATAR].score > max(alone, 0.9)


def test_an_account_does_not_match_itself(live, closed):
    assert not matches(live, "rare", name=RARE, avatar=encoded(picture(1)))[0]


def test_cached_picture_is_judged_again_after_a_closure(live, closed):
    avatar = encoded(picture(20))
    assert not matches(live, avatar=avatar)[0]
    close(live, "x", "云南阿月", picture(20))
    assert matches(live, avatar=avatar)[0]


def test_removed_account_is_not_found(live, closed):
    RegisterFiles(live.settings.home / REGISTER_FOLDER).remove([Hasher(KEY).account_hash("rare")])
    assert live.refresh() is False  # the Inspector and what it remembers stay
    assert not matches(live, name=RARE, avatar=encoded(picture(1)))[0]


def test_avatar_shared_by_many_closed_accounts_is_no_finding_alone(live, closed):
    shared = [f"shared-{number}" for number in range(8)]
    for account_id in shared:
        close(live, account_id, image=picture(3))
    assert not matches(live, avatar=encoded(picture(3)))[0]
    RegisterFiles(live.settings.home / REGISTER_FOLDER).remove([Hasher(KEY).account_hash(one) for one in shared])


def test_a_broken_register_is_refused_and_the_old_one_keeps_judging(live, closed):
    pointer = live.settings.home / REGISTER_FOLDER / "CURRENT"
    good = pointer.read_text()
    pointer.write_text('{"segments": ["nowhere"]}')
    live.refresh()
    assert [refusal.part for refusal in live.refusals] == ["closed_accounts"]
    assert matches(live, name=RARE)[0]
    pointer.write_text(good)
    live.refresh()
    assert not live.refusals


def test_key_other_than_that_of_the_hashes_is_refused(live, closed, monkeypatch):
    monkeypatch.setenv(HASH_VARIABLE, "00" * 32)
    with pytest.raises(AccountsError, match="another key"):
        ClosedAccounts(live.settings.home)
    monkeypatch.delenv(HASH_VARIABLE)
    with pytest.raises(AccountsError, match="not the key"):
        ClosedAccounts(live.settings.home)


def test_later_inspector_knows_accounts_closed_meanwhile(home, tmp_path):
    settings = replace(Settings(), home=tmp_path)
    before = Inspector.load(settings)
    hasher = Hasher(KEY)
    accounts = hashed_accounts([Account("rare", RARE)], hasher, before.encoder.dimension + LAYOUT_DIMENSION)
    RegisterFiles(tmp_path / REGISTER_FOLDER).add(accounts, before.encoder.fingerprint, hasher.check)
    (answer,) = Inspector.load(settings)([Profile("new", name=RARE)])
    assert [finding.label for finding in answer.findings] == [Label.CLOSED_ACCOUNT_MATCH]
    (tmp_path / REGISTER_FOLDER / "CURRENT").write_text("broken")
    with pytest.raises(AccountsError, match="CURRENT"):
        Inspector.load(settings)


def test_files_hold_no_name_and_no_account_id(live, closed):
    content = b"".join(
        path.read_bytes() for path in (live.settings.home / REGISTER_FOLDER).rglob("*") if path.is_file()
    )
    assert not any(text.encode() in content for text in (RARE, COMMON, "云南阿月"))


def test_accounts_are_counted_by_name_and_avatar(tmp_path):
    hasher, files, avatar = (
        Hasher(KEY),
        RegisterFiles(tmp_path),
        AvatarSignature(None, np.zeros(LAYOUT_DIMENSION + 8, np.float32)),
    )
    files.add(
        hashed_accounts([Account("1", RARE, avatar), Account("2", COMMON)], hasher, LAYOUT_DIMENSION + 8),
        "old",
        hasher.check,
    )
    files.add(hashed_accounts([Account("3", avatar=avatar)], hasher, LAYOUT_DIMENSION + 8), "new", hasher.check)

    def known(encoder, likelihood):
        return ClosedAccountDetector(files.read(), hasher, encoder, likelihood).searchable_counts()

    fitted = AvatarLikelihood(1, 1, 0)
    assert known("old", fitted) == known("new", fitted) == {Field.NAME: 2, Field.AVATAR: 1}
    assert known("old", None) == known("another", fitted) == {Field.NAME: 2, Field.AVATAR: 0}


def test_released_encoders_have_a_calibration():
    fingerprints = [path.name for path in (REPOSITORY / "models" / "artifacts" / "encoders").iterdir()]
    calibrations = REPOSITORY / "models" / "accounts" / "calibrations"
    assert all((calibrations / f"{fingerprint}.json").is_file() for fingerprint in fingerprints)
