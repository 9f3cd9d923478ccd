"""What a checkpoint says about itself."""

NOTES = {
    "encoder": "lower layers of OpenAI Whisper base (MIT), frozen; a branch begun as its next ones",
    "training_data": {
        "emotion": "RAVDESS speech, 24 actors, 1,439 clips (CC BY-NC-SA 4.0); in the branch also "
        "EMO-DB, 10 speakers (understood to be CC0, not confirmed)",
        "expression": "OpenFace action units of the same takes (MIT)",
        "mouth": "FACEGOOD, 7 recordings of one Mandarin speaker (MIT); sentences of eSpeak NG",
    },
    "licence": "non-commercial use only, because RAVDESS is CC BY-NC-SA 4.0",
    "intended_use": "helps trained clinicians and researchers review vocal expression; "
    "not for diagnosis, screening, triage, employment, education, insurance or police",
}
