"""How the shipped taggers were learned: see docs/tagger.md. Not part of the installed package."""
