"""Access to the Inspector over HTTP and for whole files, and the records of its decisions.

A request passes these packages in order:

- `edge`: authentication (with `keys`), rate limits, size limits and deadlines;
- `messages` and `routes`: parsing, handling, answering;
- `store`: the record of decisions;
- `shadow`: the same profiles judged by a challenger model;
- `metrics`: counters along the way.

`service` runs the processes, `worker` is the content of one, `reloader` loads new versions. `batch` judges whole files,
`closed` registers closed accounts, `client` is for calling programs.
"""
