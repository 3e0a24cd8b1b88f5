"""报表: the report of a day, week or month from its figures to paper; what the command line and the window share."""
