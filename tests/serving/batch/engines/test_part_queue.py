"""Which part a worker judges next, also when workers are lost or slow."""

import random

import pytest

from serving.batch.engines.part_queue import MAX_LOSSES, MIN_SECONDS, SLOW, PartQueue
from serving.batch.plan import Part


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def queue_of(count, clock):
    return PartQueue([Part(number, "in.csv", number, 1, (), 0) for number in range(count)], clock)


def test_parts_are_given_in_order_and_once(clock):
    queue = queue_of(3, clock)
    assert [queue.take(worker).number for worker in "abc"] == [0, 1, 2]
    assert queue.take("d") is None
    assert [queue.finish(worker) for worker in "abc"] == [True] * 3
    assert queue.is_empty


def test_part_of_a_lost_worker_is_given_to_another_at_the_end(clock):
    queue = queue_of(2, clock)
    queue.take("a")
    queue.lose("a")
    assert [queue.take(worker).number for worker in "bc"] == [1, 0]


def test_part_that_costs_too_many_workers_is_given_up_and_others_go_on(clock):
    queue = queue_of(2, clock)
    for worker in range(MAX_LOSSES + 1):
        if queue.take(worker).number == 0:
            queue.lose(worker)
        else:
            assert queue.finish(worker)
    assert [part.number for part in queue.given_up] == [0]
    assert queue.is_empty


def test_slow_part_is_given_to_an_idle_worker_and_counts_once(clock):
    queue = queue_of(2, clock)
    queue.take("hung")
    queue.take("quick")
    clock.now = MIN_SECONDS
    queue.finish("quick")
    assert queue.take("quick") is None
    clock.now = SLOW * MIN_SECONDS + 1
    assert queue.take("quick").number == 0
    assert queue.take("third") is None
    assert queue.finish("quick") and queue.is_empty
    assert not queue.finish("hung")


def test_lost_copy_leaves_the_part_to_the_other_worker(clock):
    queue = queue_of(2, clock)
    queue.take("slow")
    queue.take("quick")
    queue.finish("quick")
    clock.now = 100.0
    assert queue.take("quick").number == 0
    queue.lose("quick")
    assert not queue.is_empty and queue.take("quick").number == 0
    queue.lose("slow")
    assert queue.finish("quick") and queue.is_empty


@pytest.mark.parametrize("seed", range(20))
def test_every_part_ends_once_whatever_is_lost(clock, seed):
    rng, queue, finished, working = random.Random(seed), queue_of(30, clock), [], {}
    for worker in range(10_000):
        if queue.is_empty:
            break
        clock.now += rng.uniform(0, 8)
        if (part := queue.take(worker)) is not None:
            working[worker] = part.number
        if working and rng.random() < 0.7:
            ended = rng.choice(sorted(working))
            number = working.pop(ended)
            if rng.random() < 0.2:
                queue.lose(ended)
            elif queue.finish(ended):
                finished.append(number)
    assert sorted([*finished, *(part.number for part in queue.given_up)]) == list(range(30))
