"""Where contracts come from, and how one takes another's place while traffic goes on."""
