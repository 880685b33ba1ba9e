"""What the service counts and measures of itself, and whether the pictures that come have drifted."""
