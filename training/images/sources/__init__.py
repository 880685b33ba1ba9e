"""Pictures from packages: emblems, graphics, photographs, captions."""
