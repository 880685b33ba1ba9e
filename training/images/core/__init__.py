"""The core detector: finds the emblems that carry the law's weight, learnt from synthetic scenes."""
