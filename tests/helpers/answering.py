"""A minimal worker: it judges, records, and only then answers, until it is killed.

Usage: `python answering.py HOME`, the store's variables in the environment; prints one decision id a line.
"""

import sys
from pathlib import Path

from judgements import judged, rules

from serving.store.store import Store

if __name__ == "__main__":
    store = Store.from_environment(Path(sys.argv[1]), rules)
    while True:
        profile, answer = judged()
        store.record([(profile, answer)], {"judge": 1.5}, "worker")
        print(answer.decision_id, flush=True)
