"""AWS on one machine: moto's services, and the workflow that Glue would run."""
