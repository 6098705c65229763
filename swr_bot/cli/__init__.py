"""The terminal face: reads what was typed, asks, shows; rules live in the tool layer."""
