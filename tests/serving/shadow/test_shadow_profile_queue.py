import judgements
import pytest

from models.profile import Profile
from serving.shadow.profile_queue import MAX_PICTURE_BYTES, MAX_PROFILES, ProfileQueue


@pytest.fixture
def waiting():
    return ProfileQueue()


def job(size=0):
    _, answer = judgements.judged()
    return Profile("1", avatar=b"a" * size), answer


def test_profiles_wait_in_order(waiting):
    first, second = job(), job()
    assert waiting.put(first) and waiting.put(second)
    assert (waiting.take(0), waiting.take(0), waiting.take(0)) == (first, second, None)


def test_number_of_queued_profiles_is_bounded(waiting):
    assert all(waiting.put(job()) for _ in range(MAX_PROFILES))
    assert not waiting.put(job())
    waiting.take(0)
    assert waiting.put(job())


def test_bytes_of_queued_pictures_are_bounded(waiting):
    assert waiting.put(job(MAX_PICTURE_BYTES))
    assert not waiting.put(job(1))
    assert waiting.put(job(0))
    waiting.take(0)
    assert waiting.put(job(1))
