"""The reviewers' work list: which decisions wait for a person, who works on which, and what was decided before."""
