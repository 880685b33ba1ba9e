"""Prometheus metrics: counters, gauges, and drift of the judged pictures."""
