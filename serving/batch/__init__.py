"""Whole files of profiles, judged on one machine in bounded memory and in resumable parts.

The input is cut into ranges of rows, called parts. Each part becomes one file of decisions, written whole or not at
all. So a killed run continues with the missing parts and ends with every row exactly once.

Read `score` first; it calls the steps in their order: `plan`, `inputs` and `profiles` (read), `workers` (judge),
`decisions` (write), `run` (check) and `summary`.
"""

import os

# Daft reports its use to a third party unless this is set before it is imported.
os.environ["DO_NOT_TRACK"] = "1"
