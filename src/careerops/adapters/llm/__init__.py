"""Language models by vendor."""
