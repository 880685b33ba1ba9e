"""Signs of Chinese newspapers, news agencies, portals and news apps."""
