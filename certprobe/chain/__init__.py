"""What CertGetCertificateChain answers: which paths exist, and what is wrong with each element of each."""
