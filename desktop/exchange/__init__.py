"""数据 of several sites: pairing, packages out, the merge desk."""
