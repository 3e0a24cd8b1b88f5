"""Getting in: the first run, logging in, locking."""
