"""Scenes that no training draws: emblems embroidered, carved, stamped, glazed and printed, and places they stand in."""
