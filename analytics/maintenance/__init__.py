"""What is done to machines again and again: settings, jobs, plans and when they are due."""
