"""A run that was broken off does again only what was not finished, or was made from something else."""

import pytest
import torch

from training.images.common.resume import Resumable, environment_digest, weights_digest


class Run:
    """Two stages, the second from the first, and how often each was done."""

    def __init__(self, folder):
        self.folder, self.done = folder, []

    def first(self):
        self.done.append("first")
        (self.folder / "first.txt").write_text("made", encoding="utf-8")

    def second(self, breaks):
        (self.folder / "second.txt").write_text("half", encoding="utf-8")
        if breaks:
            raise KeyboardInterrupt
        self.done.append("second")

    def __call__(self, made_from="a", breaks=False):
        do = Resumable(self.folder / "finished.json", made_from)
        do(self.first, ("first.txt",))
        do(self.second, ("second.txt",), breaks=breaks)
        return do


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path)


def test_what_is_finished_is_not_done_again(run):
    with pytest.raises(KeyboardInterrupt):
        run(breaks=True)
    run()
    run()
    assert run.done == ["first", "second"]


def test_all_is_done_again_of_a_run_that_is_made_from_something_else(run):
    run("a")
    run("b")
    run("a")
    assert run.done == ["first", "second"] * 3


def test_what_was_finished_before_another_run_broke_off_is_not_taken_for_finished(run):
    run("a")
    with pytest.raises(KeyboardInterrupt):
        run("b", breaks=True)
    run("a")
    assert run.done == ["first", "second", "first", "first", "second"]


@pytest.mark.parametrize(("gone", "again"), [("first.txt", ["first", "second"]), ("second.txt", ["second"])])
def test_a_stage_whose_file_is_gone_is_done_again_and_all_that_follow(run, gone, again):
    run()
    (run.folder / gone).unlink()
    run()
    assert run.done == ["first", "second", *again]


def test_nothing_is_kept_of_a_run_that_is_forgotten(run):
    run().forget()
    assert {file.name for file in run.folder.iterdir()} == {"first.txt", "second.txt"}
    run()
    assert run.done == ["first", "second"] * 2


def test_networks_with_other_weights_have_other_digests():
    first, second = (torch.nn.Linear(2, 3).state_dict() for _ in range(2))
    assert weights_digest(first) != weights_digest(second)
    assert weights_digest(first) == weights_digest(dict(first))


def test_other_code_or_data_has_another_digest(tmp_path, monkeypatch):
    module = tmp_path / "module.py"
    module.write_text("A = 1\n", encoding="utf-8")
    (tmp_path / "datasets").mkdir()
    monkeypatch.setattr("training.images.common.resume.REPOSITORY", tmp_path)
    digests = [environment_digest(module)]
    module.write_text("A = 2\n", encoding="utf-8")
    digests.append(environment_digest(module))
    (tmp_path / "datasets" / "new.txt").write_text("one more", encoding="utf-8")
    digests.append(environment_digest(module))
    assert len({*digests}) == 3
    assert environment_digest(module) == digests[-1]
