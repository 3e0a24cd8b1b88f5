"""What was done, by whom, from what to what; and what was taken out and can come back."""
