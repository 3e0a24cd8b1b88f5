"""The two-monthly reviews of grid leaders."""
