"""The import of existing JSON files as raw objects."""
