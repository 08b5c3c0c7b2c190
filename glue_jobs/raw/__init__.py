"""The raw objects: which there are, and their lines."""
