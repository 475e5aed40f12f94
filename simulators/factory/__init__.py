"""The simulated factory: see `docs/simulated-factory.md`; `factory` puts it together, `run` lets it live."""
