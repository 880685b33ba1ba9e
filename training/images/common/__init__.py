"""Shared by every stage of training: the split by owner, digests, measures, resuming."""
