"""Java, Spark and its jars on this machine, and how a job is submitted."""
