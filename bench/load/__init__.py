"""Who asks, and who answers in the end; all of it on the other processor."""
