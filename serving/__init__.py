"""Access to the Inspector over HTTP and for whole files, and the records of its decisions.

A request passes these packages in order:

- `edge`: authentication (with `keys`), rate limits, size limits and deadlines;
- `messages` and `routes`: parsing, handling, answering;
- `store`: the record of decisions;
- `shadow`: the same profiles judged by a challenger model;
- `trials`: stored decisions made again by a policy on trial;
- `metrics`: counters along the way.

`server` starts the processes (`huijian serve`). `service` tells BentoML what to run in each, `worker` is the content of
one, and `reloader` loads new versions. `batch` judges whole files, `closed` registers closed accounts, `client` is for
calling programs.
"""
