"""A run that was broken off does again only what was not finished, or was made from something else."""

import pytest

from training.images.stages import Stages


class Run:
    """Two stages, the second from the first, and how often each was done."""

    def __init__(self, folder):
        self.folder, self.done = folder, []

    def first(self):
        self.done.append("first")
        (self.folder / "first.txt").write_text("made", encoding="utf-8")

    def second(self, breaks):
        if breaks:
            raise KeyboardInterrupt
        self.done.append("second")
        (self.folder / "second.txt").write_text("made", encoding="utf-8")

    def __call__(self, *said, breaks=False):
        do = Stages(self.folder / "finished.json", *said)
        do(self.first, ("first.txt",))
        do(self.second, ("second.txt",), breaks=breaks)
        return do


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path)


def test_what_is_finished_is_not_done_again(run):
    with pytest.raises(KeyboardInterrupt):
        run("seed 0", breaks=True)
    run("seed 0")
    run("seed 0")
    assert run.done == ["first", "second"]


def test_all_is_done_again_for_a_run_with_other_settings(run):
    run("seed 0")
    run("seed 1")
    assert run.done == ["first", "second"] * 2


def test_a_stage_whose_file_is_gone_is_done_again(run):
    run("seed 0")
    (run.folder / "second.txt").unlink()
    run("seed 0")
    assert run.done == ["first", "second", "second"]


def test_nothing_is_kept_of_a_run_that_is_forgotten(run):
    run("seed 0").forget()
    assert {file.name for file in run.folder.iterdir()} == {"first.txt", "second.txt"}
    run("seed 0")
    assert run.done == ["first", "second"] * 2
