"""The registry as values: what a site is made of, and what changes between two states of it."""
