"""Whole files of profiles, judged on one machine in bounded memory and in resumable parts.

The input is cut into ranges of rows, called parts. Each part becomes one file of decisions, written whole or not at
all. So a killed run continues with the missing parts and ends with every row exactly once.

Read `score` first; it calls the steps in this order:

1. `plan` finds the files, and `active_versions` names the versions that judge;
2. `plan` cuts the files into parts;
3. `run` locks the output, a folder of `storage`, and says which parts are missing;
4. an engine of `engines` gives those to `workers`, which use `inputs` and `profiles` (read) and `decisions` (write);
5. `run` joins and checks the parts;
6. `summary` adds up what the workers counted.
"""

import os

# Daft and Ray report their use to a third party unless these are set before they are imported.
os.environ["DO_NOT_TRACK"] = "1"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
