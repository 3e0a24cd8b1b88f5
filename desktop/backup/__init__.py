"""备份: verified copies, here and on a stick."""
