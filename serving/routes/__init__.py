"""What the contract lists under HTTP, one file for each kind of thing."""
