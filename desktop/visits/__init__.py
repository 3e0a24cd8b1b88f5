"""走访: which doors are left, and recording what was met there."""
