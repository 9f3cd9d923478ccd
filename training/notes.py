"""What a checkpoint says about itself."""

NOTES = {
    "encoder": "lower layers of OpenAI Whisper base (MIT), frozen",
    "training_data": {
        "emotion": "RAVDESS speech, 24 actors, 1,439 clips (CC BY-NC-SA 4.0)",
        "expression": "OpenFace action units of the same takes (MIT)",
        "mouth": "FACEGOOD, 7 recordings of one Mandarin speaker (MIT)",
    },
    "licence": "non-commercial use only, because RAVDESS is CC BY-NC-SA 4.0",
    "intended_use": "helps trained clinicians and researchers review vocal expression; "
    "not for diagnosis, screening, triage, employment, education, insurance or police",
}
