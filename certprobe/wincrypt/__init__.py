"""The only home of Windows' numbers and words: HRESULTs, trust-status bits, policy flags and plain explanations."""
