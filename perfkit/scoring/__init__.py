"""Scoring: facts to arrays, arrays to shares and totals, and a scorecard that explains them."""
