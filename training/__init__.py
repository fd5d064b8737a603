"""Data, training, evaluation and export of the prefix detector."""
