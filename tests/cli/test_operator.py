"""The user who ran a command, for the audit trail."""

import getpass
import os
import subprocess
import sys

import pytest

from cli.operator import operator

AS_A_CONTAINER_DOES = """
import os, pwd
from cli.operator import operator
os.setuid({uid})
print(operator())
"""


def test_operator_has_the_name_of_the_user():
    assert operator() == f"user:{getpass.getuser()}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that is not there")
def test_operator_without_a_name_is_a_number():
    code = AS_A_CONTAINER_DOES.format(uid=54321)
    ended = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, check=True, text=True)
    assert ended.stdout == "user:54321\n"
