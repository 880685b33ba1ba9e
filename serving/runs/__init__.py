"""What can be done with decisions that `huijian score` wrote, without judging again.

- `rescore` applies another policy to the scores that are kept;
- `diff` compares two runs over the same accounts;
- `report` describes one run for people.

All read decisions through `serving.batch.stored`, a part in memory at a time.
"""
