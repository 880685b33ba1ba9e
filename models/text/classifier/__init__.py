"""The text classifier: transformer encoder, n-gram model and windowing."""
