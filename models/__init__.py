"""What judges: inference only. Imported by serving and by training, and importing neither."""
