"""The command groups of `m365-posture`, one module each."""
