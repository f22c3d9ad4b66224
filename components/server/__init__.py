"""Plain routes beside Streamlit, the guard before all of them, and what keeps the process quick."""
