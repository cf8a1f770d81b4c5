"""What a listener shows of contracts: one document of them all, and a page for browsers."""
