"""PostgreSQL: the connection, the schema there, and the rows of a table as it holds them."""
