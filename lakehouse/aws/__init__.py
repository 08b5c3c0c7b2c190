"""What a person types for an account of AWS: deploy, run, status, publish, destroy."""
