"""Text in pictures: whether there is any, where it is, what it says."""
