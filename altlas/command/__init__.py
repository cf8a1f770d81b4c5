"""The command ``altlas``: what is done with files, without a gateway. Loads no Twisted."""
