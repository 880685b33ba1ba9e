"""Drawings that resemble protected emblems and are none, for training: crests, badges, banners, stripes and signs."""
