"""Recorded data played as a device: a CSV file in, MQTT messages out, at any speed.

    file --> scan ------> format of dates, length of the interval, number of rows        (refused when ambiguous)
      |
      +----> recording --> rows and bad rows, each with its line
                  |
              registers --> readings on the wire: interval values and running sums
                  |
                play -----> paced, batched, published, confirmed

docs/replay.md says what each option means.
"""
