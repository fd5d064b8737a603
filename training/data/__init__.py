"""Labelled pictures: read, checked, prepared, split, and written as records to train on."""
