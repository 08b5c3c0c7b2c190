"""What the project promises about cost, measured: the load job beside its rivals, over made-up raw objects."""
