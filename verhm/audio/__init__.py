"""Sound in: from a file of any kind to a checked waveform."""
