"""The registry: what there is on each site (spaces, organisational units, equipment, devices, points, meters).

  places, equipment, devices, points    reading it, a page at a time, by public name
  meters                                likewise, and all that belongs to one of them
  power                                 which points add up to a space's live power
  snapshot                              reading a whole site at once
  apply                                 making a site what a site folder says

The registry is changed only through `apply` (and what later writes with the same care): each change raises the
revision, leaves a row in `registry_change`, and is told to the running workers on channel `registry`.
"""
