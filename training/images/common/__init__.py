"""What every stage of training shares: the split by owner, digests, measures, resuming."""
