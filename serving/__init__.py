"""How the Inspector is reached: HTTP, command line, batch."""
