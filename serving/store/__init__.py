"""What the service remembers: decisions, the contents that a review needs, appeals, reviews and the audit trail."""
