"""Whole files of profiles, judged on one machine in bounded memory and in resumable parts.

The input is cut into ranges of rows, called parts. Each part becomes one file of decisions, written whole or not at
all. So a killed run continues with the missing parts and ends with every row exactly once.

Read `score` first; it calls the steps in this order:

1. `plan` finds the files, and `active_versions` names the versions that judge;
2. `plan` cuts the files into parts;
3. `run` locks the output and says which parts are missing;
4. `workers` judge those, with `inputs` and `profiles` (read) and `decisions` (write);
5. `run` joins and checks the parts;
6. `summary` counts the decisions.
"""

import os

# Daft reports its use to a third party unless this is set before it is imported.
os.environ["DO_NOT_TRACK"] = "1"
