"""Who the company is: from the mail itself, or from a search."""
