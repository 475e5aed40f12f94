"""From what a register shows to the energy of a quarter hour."""
