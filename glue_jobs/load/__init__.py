"""One load: what a raw object says, the best rows of a day, the batch, the ledger and the report."""
