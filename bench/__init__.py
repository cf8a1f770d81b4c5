"""What the gateway costs, measured. Each module is a command: ``python -m bench.streaming``."""
