"""The downstream side: listeners, channels, exchanges, and the leaves that answer them."""
