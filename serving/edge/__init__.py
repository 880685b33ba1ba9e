"""The edge of the service: authentication, rate limits, size limits and deadlines of every request."""
