"""Teaching a tagger a team's own labels."""
