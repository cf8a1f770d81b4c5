"""OpenAPI documents, and what they say of the messages that they promise. Pure."""
