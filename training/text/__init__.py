"""Making the text classifier."""
