"""Certificates and keys: read from files, judged, made into OpenSSL's contexts, renewed.

For both sides: listeners show certificates to clients, and perhaps ask for theirs; instances show
theirs to us, and perhaps ask for ours.
"""
