"""What is tried before it is in force: challengers in shadow, and policies."""
