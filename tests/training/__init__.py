"""What taggers are learned by."""
