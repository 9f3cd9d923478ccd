"""The networks: trunk, emotion head, voice-to-face synthesizer, calibration, abstention."""
