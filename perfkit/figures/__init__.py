"""A printed figure and the ratios of the field: what is printed, what it means, what is computed from it."""
