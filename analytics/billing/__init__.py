"""From a month's energy and demand to the lines of a bill."""
