"""What the rules for contacts and names earn: precision by family, and what each alone finds."""
