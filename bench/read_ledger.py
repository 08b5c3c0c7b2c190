"""The least that a run with nothing new has to do: start Spark and read the ledger."""

import sys

from glue_jobs.session import open_session

if __name__ == "__main__":
    rows = open_session("read_ledger").table(sys.argv[1]).where("status = 'loaded'").select("raw_key").collect()
    sys.stdout.write(f"{len(rows)} raw objects in the ledger\n")
