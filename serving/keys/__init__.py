"""API keys: their scopes, their file, and the active ones."""
