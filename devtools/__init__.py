"""What only contributors run."""
