"""What people hand in through the browser: files kept, checked and written by a process of their own, taken back."""
