"""Draws the symbols of China's party, state, services and forces."""
