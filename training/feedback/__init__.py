"""Labelled cases from people: reviewed decisions, annotation tools, and what is wrong with a file of cases."""
