"""Rewards and the fund that pays them."""
