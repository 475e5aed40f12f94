"""`ioe up`: the whole platform on one machine, from nothing to an address, and back to nothing.

    lock the home -> room on the disk -> ports -> binaries
        -> database, broker -> schema -> site folder (into an empty registry) -> rules of alarms
            -> ingest, analytics, alarms, maintenance, watch, api, simulate -> the api answers -> address

Everything is a process of its own and speaks to the others through the database and the broker only. One supervisor
starts what ended again, under the same name; on the way down devices stop first and the database last, so that
nothing that was accepted is left unstored.
"""
