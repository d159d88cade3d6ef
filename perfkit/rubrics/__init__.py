"""Rubrics: indicators, their weights and rules, and the profiles that say how a total is made. Rules know no case."""
