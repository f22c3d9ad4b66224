"""Codes on doors: tokens, PINs, cards that are open, reading a picture, sheets of labels, the phone's card."""
