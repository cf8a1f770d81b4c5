"""What a new document of a contract takes from clients, and what it gives them. Pure."""
