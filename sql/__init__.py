"""Athena SQL, one statement a file, and what applies it to an Athena. Needs boto3 and the standard library alone."""
