"""The face: rig, motion, skin, drawing and video."""
