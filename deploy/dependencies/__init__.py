"""What we build on: which packages, by which licences, and what is known against them. From the locks."""
