"""报表: the weekly report from its figures to paper; what the command line and the window share."""
