"""纠纷: what is open, and by when."""
