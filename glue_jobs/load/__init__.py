"""One load: the batch, the rows of a day, the ledger and the report."""
