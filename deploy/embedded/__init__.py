"""The embedded stack: a real TimescaleDB and a real Mosquitto on one machine, without root and without containers.

    the machine's own signed Debian archive
        |  archive.py   download, signatures checked by apt, in an apt state of our own
        v
    cache folder        binaries.py  unpack, patch, prove; once for each version, shared by every home
        |
        v
    home folder         database.py, broker.py  data, configuration and logs of one installation
        |
        v
    two addresses       stack.py  start both, wait until they answer, stop both

The package needs nothing but Python's standard library, because it runs before the project's environment exists.
It never installs anything into the system, never changes the machine's own apt state, and never opens a port to
the network: both servers listen on 127.0.0.1 only.
"""
