import os

import pytest

from serving.cores import cores

SEEN = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("100000 100000\n", 1),
        ("50000 100000\n", 1),
        (f"{SEEN * 900000} 100000\n", SEEN),
        ("max 100000\n", SEEN),
        ("", SEEN),
    ],
)
def test_no_more_cores_are_counted_than_the_container_is_paid_for(tmp_path, content, expected):
    (tmp_path / "cpu.max").write_text(content)
    assert cores(tmp_path / "cpu.max") == expected


def test_without_a_quota_all_cores_that_are_seen_count(tmp_path):
    assert cores(tmp_path / "cpu.max") == SEEN
