"""Foreign workbooks made into plain rows: what runs in the child process that may be killed.

Everything here meets hostile bytes and stays light: it imports nothing of the ledger, so a child is
ready in some 50 ms. `db.imports.reader` starts it and is the door the rest of the program uses.
"""
