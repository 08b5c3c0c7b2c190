"""Spotify's answers: their typed objects, the lists they hold, what each entry is, and the rows it gives."""
