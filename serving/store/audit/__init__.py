"""The audit trail: what is recorded, by whom, and the proof that nothing was altered."""
