"""`python -m deploy` is `ioe`, for wherever the command is not on the path."""

from __future__ import annotations

from deploy.cli import main

if __name__ == "__main__":
    main(prog_name="ioe")
