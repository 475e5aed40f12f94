"""The set-up behind `make`: from a fresh clone and python3 to an environment, a console and two servers' binaries.

    python3 -m deploy.bootstrap run      what `make run` needs
    python3 -m deploy.bootstrap check    ... and the tools that look at the code
    python3 -m deploy.bootstrap test     ... and a browser
    python3 -m deploy.bootstrap npm ...  npm in web/, with the Node that builds the console

Standard library only: nothing else is there yet. Every part knows by a stamp whether it is done, writes the stamp
last, and starts over when it was cut off, so that running it again is always right and costs nothing when all is
done.
"""
