"""What one person may ask for: what there is of them, and that nothing is left of it."""
