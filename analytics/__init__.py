"""The domain: values in, values out. No I/O, no clock; `now` is always an argument."""
