"""Tesseract made for URLs: its own network, trained with its own trainer on generated strips."""
