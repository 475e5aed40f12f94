"""Tariffs, holidays and contracts as files of a site folder, and the tariffs that are shipped."""
