"""Pure builders of markup, SVG, charts and maps, and the one theme. Knows neither Streamlit nor the store."""
