"""The core detector: finds emblems that it was trained on, beside retrieval, which needs no training."""
