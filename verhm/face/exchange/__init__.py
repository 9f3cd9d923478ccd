"""The animated face for other programs; lengths are metres, y up, z forward."""
