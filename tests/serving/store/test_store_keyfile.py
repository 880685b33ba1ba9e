import pytest
from judgements import judged, settle

from serving.store.errors import StoreError
from serving.store.secrets import Secrets
from serving.store.variables import CONTENT_VARIABLE, HASH_VARIABLE, URL_VARIABLE


@pytest.fixture
def unconfigured(environment, monkeypatch):
    """A home directory without configuration."""
    monkeypatch.delenv(HASH_VARIABLE)
    monkeypatch.delenv(CONTENT_VARIABLE)
    return environment


def test_without_configuration_keys_are_made_once_for_the_owner_only(unconfigured, open_store):
    store = open_store(unconfigured)
    profile, answer = judged()
    store.record([(profile, answer)], {}, "uploads")
    settle(store)
    path = unconfigured / "store" / "keys.env"
    assert path.stat().st_mode & 0o777 == 0o600
    later = open_store(unconfigured)
    assert later.contents(answer.decision_id, "console")["bio"] == profile.bio.encode()


def test_kept_keys_equal_those_of_the_environment(unconfigured, monkeypatch):
    kept = Secrets.load(unconfigured)
    for line in (unconfigured / "store" / "keys.env").read_text().splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    assert Secrets.from_environment().digest("bio", b"x") == kept.digest("bio", b"x")
    assert Secrets.from_environment().unseal(kept.seal(b"x")) == b"x"


@pytest.mark.parametrize("variable", [URL_VARIABLE, HASH_VARIABLE])
def test_half_a_configuration_is_refused_and_makes_no_keys(unconfigured, monkeypatch, variable):
    monkeypatch.setenv(variable, "postgresql://u@h/d" if variable == URL_VARIABLE else "ab" * 32)
    with pytest.raises(StoreError, match="huijian store keys"):
        Secrets.load(unconfigured)
    assert not (unconfigured / "store").exists()


def test_database_that_lost_its_keys_gets_no_new_ones(unconfigured, open_store):
    open_store(unconfigured)
    (unconfigured / "store" / "keys.env").unlink()
    with pytest.raises(StoreError, match="not the keys it was written with"):
        Secrets.load(unconfigured)


@pytest.mark.parametrize("text", ["HUIJIAN_HASH_KEY", "HUIJIAN_HASH_KEY=12\n"])
def test_a_damaged_file_of_keys_is_refused(unconfigured, text):
    (unconfigured / "store").mkdir()
    (unconfigured / "store" / "keys.env").write_text(text)
    with pytest.raises(StoreError, match="huijian store keys"):
        Secrets.load(unconfigured)
