"""The fixed vocabularies: emotions, their place in the affect plane, and facial morphs."""

from typing import Final

from verhm.language import N_

# The eight RAVDESS classes, in the order of their codes 01 to 08 (Livingstone & Russo 2018,
# doi:10.1371/journal.pone.0196391). Every (…, K) array of this project has this order.
EMOTIONS: Final = (
    N_("neutral"),
    N_("calm"),
    N_("happy"),
    N_("sad"),
    N_("angry"),
    N_("fearful"),
    N_("disgust"),
    N_("surprised"),
)

# (valence, arousal) in [-1, 1], read off Russell's circumplex (Russell 1980,
# doi:10.1037/h0077714, figure 2; surprise after Scherer 2005, doi:10.1177/0539018405058216).
# Rounded to 0.05: they turn class probabilities into a position, they measure nothing themselves.
CIRCUMPLEX: Final = {
    "neutral": (0.0, 0.0),
    "calm": (0.55, -0.60),
    "happy": (0.85, 0.40),
    "sad": (-0.80, -0.40),
    "angry": (-0.60, 0.75),
    "fearful": (-0.55, 0.80),
    "disgust": (-0.75, 0.25),
    "surprised": (0.20, 0.85),
}

# ARKit's 52 blendshape locations in the column order of Live Link Face. Every (…, M) array
# of this project has this order.
MORPHS: Final = (
    "eyeBlinkLeft",
    "eyeLookDownLeft",
    "eyeLookInLeft",
    "eyeLookOutLeft",
    "eyeLookUpLeft",
    "eyeSquintLeft",
    "eyeWideLeft",
    "eyeBlinkRight",
    "eyeLookDownRight",
    "eyeLookInRight",
    "eyeLookOutRight",
    "eyeLookUpRight",
    "eyeSquintRight",
    "eyeWideRight",
    "jawForward",
    "jawRight",
    "jawLeft",
    "jawOpen",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthRight",
    "mouthLeft",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "noseSneerLeft",
    "noseSneerRight",
    "tongueOut",
)
