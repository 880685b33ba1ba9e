"""The reviewers' console at `/console`: pages for people who confirm, overturn and explain decisions."""
