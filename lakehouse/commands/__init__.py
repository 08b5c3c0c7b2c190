"""What a person types, one file a command: parse, call, print.

Each imports what it needs inside the function, so that `lakehouse --help` and shell completion answer at once.
"""
