"""A policy on trial: stored decisions are judged again from their scores, and nothing else changes."""
