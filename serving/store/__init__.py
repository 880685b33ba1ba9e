"""The service's memory: decisions, the contents that a review needs, appeals, reviews and the audit trail."""
