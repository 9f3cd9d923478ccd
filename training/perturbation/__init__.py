"""What happens to a voice on its way: named pure functions of (T,) samples at 16 kHz.

Each returns as many samples as it gets, except a change of speed. What is drawn at random is drawn
from the caller's generator.
"""
