"""What a training run keeps beside its model: options, numbers on the way, curves."""
