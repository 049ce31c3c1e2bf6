"""What was judged, what people decided, and a names-free portfolio."""
