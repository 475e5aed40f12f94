"""HTTP out: routes, models, live stream. Translates, never decides."""
