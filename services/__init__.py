"""The application: every table and every transaction."""
