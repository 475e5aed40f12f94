"""Rules of alarms as people write them: TOML files, shipped with the platform or in a site's folder."""
