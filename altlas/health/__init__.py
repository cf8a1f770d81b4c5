"""What is known of the health of each instance. Pure."""
