import os

import pytest

from models.runtime.cores import cores

VISIBLE_CORES = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("100000 100000\n", 1),
        ("50000 100000\n", 1),
        (f"{VISIBLE_CORES * 900000} 100000\n", VISIBLE_CORES),
        ("max 100000\n", VISIBLE_CORES),
        ("", VISIBLE_CORES),
    ],
)
def test_cores_are_limited_by_the_containers_quota(tmp_path, content, expected):
    (tmp_path / "cpu.max").write_text(content)
    assert cores(tmp_path / "cpu.max") == expected


def test_cores_are_the_affinity_without_a_quota(tmp_path):
    assert cores(tmp_path / "cpu.max") == VISIBLE_CORES
