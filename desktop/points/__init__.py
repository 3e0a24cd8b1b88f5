"""Points and subsidy: the month, its doubts and its closing, entries by hand, fairness, schemes."""
