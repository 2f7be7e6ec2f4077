"""The contracts between the engine and the outside, one Protocol a file."""
