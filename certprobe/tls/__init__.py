"""RFC 8446 and RFC 5246 as certprobe needs them: sans-IO sessions that show what is asked of a client."""
