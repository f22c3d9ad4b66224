"""Codes on doors: tokens, PINs, limits for who guesses, reading a picture, sheets of labels, the phone's card."""
