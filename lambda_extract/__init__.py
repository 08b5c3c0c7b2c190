"""Bring Spotify's answers into the raw folder: the extractor and the import of existing dumps."""
