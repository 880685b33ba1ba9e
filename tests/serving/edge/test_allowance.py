import pytest

from serving.edge import rates
from serving.edge.allowance import Allowance, take_further
from serving.edge.rates import Rates
from serving.keys import keys
from serving.keys.scopes import Scope
from serving.messages.errors import RateLimitedError


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(rates, "time", clock)
    return clock


def allowance(per_second, counted=None):
    _, key = keys.new("app", [Scope.CLASSIFY], None, per_second)
    return Allowance.of(key, counted or Rates())


def batches(of_key, profiles, attempts):
    """How many of some batches are let in."""
    let_in = 0
    for _ in range(attempts):
        try:
            of_key.take_request()
            of_key.take_further(profiles - 1)
            let_in += 1
        except RateLimitedError:
            continue
    return let_in


def test_key_judges_as_many_profiles_in_batches_as_one_by_one(clock):
    of_key = allowance(8)
    let_in = 0
    for _ in range(800):
        let_in += batches(of_key, 64, 1)
        clock.now += 1
    assert let_in * 64 == pytest.approx(8 * 800, rel=0.02)


@pytest.mark.parametrize("profiles", [1, 2, 64])
def test_batch_of_any_size_is_let_in_at_the_least_rate(clock, profiles):
    assert batches(allowance(0.01), profiles, 1) == 1


def test_batches_whose_heads_came_together_are_let_in_once(clock):
    of_key = allowance(50)
    for _ in range(50):
        of_key.take_request()
    of_key.take_further(63)
    with pytest.raises(RateLimitedError) as refusal:
        of_key.take_further(63)
    seconds = int(refusal.value.headers["Retry-After"])
    clock.now += seconds
    assert seconds == 2
    assert batches(of_key, 64, 1) == 1


def test_key_without_a_limit_has_no_allowance():
    assert allowance(None) is None
    take_further({}, 63)
