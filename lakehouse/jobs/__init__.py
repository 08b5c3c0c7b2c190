"""The Spark jobs, started on this machine over folders."""
