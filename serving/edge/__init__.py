"""The edge: who may ask, how often, how long, and what every connection and exchange passes."""
