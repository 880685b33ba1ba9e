"""Training, validation and benchmark sets, built from sources and synthesis."""
