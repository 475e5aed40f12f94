"""How the processes are put together: command line, embedded stack, configuration."""
