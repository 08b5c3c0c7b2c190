"""The sources document: what a run reads."""
