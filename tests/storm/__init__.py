"""The whole product against all stand-in platforms at once, for minutes: calm, or in a storm of faults and kills."""
