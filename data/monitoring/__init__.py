"""监测帮扶: clues, cases as steps, plans of help, ordered exits, and what the board says of them."""
