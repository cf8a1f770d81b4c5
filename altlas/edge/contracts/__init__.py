"""What backends have promised, held to while requests and answers pass."""
