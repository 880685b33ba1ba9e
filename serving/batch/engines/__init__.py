"""Engines, which start workers and give them parts: `native` on this machine, `cluster` on the nodes of Ray."""
