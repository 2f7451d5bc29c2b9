"""What keeps a patient safe: emergency wording, masking, scope and grounding, all of it pure."""
