"""HTTP messages: parsing of request bodies, JSON answers and errors."""
