"""One frozen tree that says what a probe saw, and the conclusions that are drawn from it."""
