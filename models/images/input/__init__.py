"""Image input: validation and decoding of untrusted bytes."""
