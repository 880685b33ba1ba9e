import sys

import pytest

from cli import main as cli


@pytest.fixture
def huijian(monkeypatch, capsys):
    """Runs the command line in this process; returns exit code, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["huijian", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capsys.readouterr()

    return run
