"""Words: undoing disguises, contact details, protected words, the learnt classifier."""
