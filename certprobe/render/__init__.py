"""Reports for people and for programs; the only room that knows rich, and only where text is written."""
