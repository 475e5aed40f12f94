"""The watch: the service looks at itself, so that silence means health.

    database ---figures---> facts ---rules with signal kind `service`---> alarms of site "" (services.alarms.keeping)
    broker, disk, clock --^

Facts come from the database, never from another process's memory: who died cannot say so. The watch holds the duty
`watch`; whoever reads GET /api/v1/health/ready is told when the watch itself is silent. While the database is away the
watch goes on judging what it can see, tells people over the last known routes, and writes the alarms when it is back.
"""
