"""An interrupted run repeats only stages that are unfinished or have other inputs."""

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


def test_finished_stages_are_not_run_again(run):
    with pytest.raises(KeyboardInterrupt):
        run(breaks=True)
    run()
    run()
    assert run.done == ["first", "second"]


def test_a_run_with_other_inputs_runs_every_stage_again(run):
    run("a")
    run("b")
    run("a")
    assert run.done == ["first", "second"] * 3


def test_stages_of_an_interrupted_other_run_do_not_count_as_finished(run):
    run("a")
    with pytest.raises(KeyboardInterrupt):
        run("b", breaks=True)
    run("a")
    assert run.done == ["first", "second", "first", "first", "second"]


@pytest.mark.parametrize(("gone", "again"), [("first.txt", ["first", "second"]), ("second.txt", ["second"])])
def test_a_stage_with_a_missing_file_and_all_after_it_run_again(run, gone, again):
    run()
    (run.folder / gone).unlink()
    run()
    assert run.done == ["first", "second", *again]


def test_a_forgotten_run_leaves_no_record(run):
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
