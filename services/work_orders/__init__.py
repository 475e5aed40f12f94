"""Work orders: opened, worked on step by step, checked, verified, and never forgotten."""
