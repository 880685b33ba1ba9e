"""Whole files of profiles, judged on one machine in bounded memory and in resumable parts.

A platform judges its stock of accounts overnight, not one request at a time. The input is cut into ranges of rows;
each range becomes one file of decisions that is there whole or not at all. So a killed run continues where it was and
ends with every row exactly once.
"""

import os

# Daft reports its use to a third party unless this is set before it is imported.
os.environ["DO_NOT_TRACK"] = "1"
