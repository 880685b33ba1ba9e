from training.runs.options import read_all
from training.runs.record import recorded


def test_a_record_writes_its_options_into_the_folder(tmp_path):
    with recorded(tmp_path / "run", {"seed": 7}) as record:
        record.begin(tmp_path / "run")
        record.log(1, {"loss": 0.5})
    assert read_all(tmp_path / "run" / "run.yaml") == {"seed": 7}
