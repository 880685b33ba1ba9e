import threading
import time

import pytest

from models.runtime.stages import Stages, stage


def test_stage_time_excludes_nested_stages():
    started = time.perf_counter()
    with Stages() as stages, stage("outer"):
        time.sleep(0.02)
        with stage("inner"):
            time.sleep(0.05)
    took = (time.perf_counter() - started) * 1000
    assert stages.milliseconds["inner"] >= 50
    assert 20 <= stages.milliseconds["outer"] <= took - stages.milliseconds["inner"]


def test_repeated_stage_is_added_up():
    with Stages() as stages:
        for _ in range(3):
            with stage("text"):
                time.sleep(0.01)
    assert list(stages.milliseconds) == ["text"]
    assert stages.milliseconds["text"] >= 30


def test_failed_stage_is_counted_too():
    with Stages() as stages, pytest.raises(ValueError, match="no"), stage("decode"):
        raise ValueError("no")
    assert "decode" in stages.milliseconds


def test_stages_are_recorded_only_when_watched_in_the_same_thread():
    with stage("before"):
        pass
    with Stages() as stages:
        other = threading.Thread(target=lambda: stage("elsewhere").__enter__())
        other.start()
        other.join()
    with stage("after"):
        pass
    assert stages.milliseconds == {}


def test_stages_count_by_the_given_clock():
    ticks = iter([10.0, 10.5])
    with Stages(lambda: next(ticks)) as stages, stage("one"):
        pass
    assert stages.milliseconds == {"one": 500.0}
