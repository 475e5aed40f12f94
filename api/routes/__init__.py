"""The routes, one file a noun. A route translates: parameters in, a services call, a documented answer out."""
