"""What is known: model, engine, queries, indicators, import, export, access. Never imports Streamlit."""
