"""The learnt text classifier: encoder, n-grams, and the windows both read."""
