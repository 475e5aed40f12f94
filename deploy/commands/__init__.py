"""The verbs of `ioe`, one module each."""
