"""How the product is installed where it is to run for years."""
