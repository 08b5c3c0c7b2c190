"""Extraction and load by the clock on this machine, with the timer that it has."""
