"""Small parts that many screens use."""
