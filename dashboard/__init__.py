"""The Streamlit pages over the shared view models."""
