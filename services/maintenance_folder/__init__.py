"""What a site folder says about maintenance.

    maintenance.toml   settings, jobs, plans
    people.toml        people, teams, shifts
    parts.csv          parts that are kept
    nameplates.csv     what stands on each machine's nameplate

Each file may be missing: what it would say stays as it is. All are checked before anything is changed, and applying
them a second time changes nothing.
"""
