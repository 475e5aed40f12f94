"""What an instant's energy costs: bands, calendars, tariffs, prices."""
