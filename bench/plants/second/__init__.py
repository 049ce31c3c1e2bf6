"""The second plant: attacks told from the reference of detections alone, for logs that nobody tunes against."""
