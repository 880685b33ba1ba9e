"""API keys: their scopes, their file, and the ones in force."""
