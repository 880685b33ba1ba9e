"""The register of accounts closed by law (Art. 10): added and removed one by one or from files."""
