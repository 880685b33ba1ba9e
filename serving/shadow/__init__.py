"""A challenger judges a share of the accounts in shadow: what it says is compared and kept, and answers nobody."""
