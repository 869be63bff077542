"""What CertVerifyCertificateChainPolicy answers: one status for a judged chain, from tables in order of precedence."""
