"""What people decided, and what they should decide next: the way from the store back to training."""
