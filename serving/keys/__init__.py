"""The keys that open the service: what each may do and where, the file they are kept in, the ones in force."""
