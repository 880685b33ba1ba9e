"""Text detectors: normalisation, contacts, protected names and the classifier."""
