"""Shadow trials: a challenger judges a share of the accounts; its answers are compared and stored, never returned."""
