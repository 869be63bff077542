"""What a code of any program means: every spelling in, every reading out; pure, and on nobody's road but its own."""
