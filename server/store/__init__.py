"""One encrypted SQLite file: connection, numbered SQL, one module per table family."""
