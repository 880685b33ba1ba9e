"""How the Inspector is reached: HTTP, command line, batch.

One request meets the rooms in this order: `edge` (who may ask, how much, how long; `keys` says who is known), `routes`
with `messages` (requests read, answers written), `store` (what is remembered), and `shadow` (what a challenger would
have said); `metrics` counts on the way. `service` keeps the processes, `worker` is what each of them holds, `reloader`
takes up what is new. `commands` are the command line's, `batch` judges whole files, `closed` keeps accounts closed by
law, `client` is for the programs of those who ask.
"""
