"""A language model behind an OpenAI-compatible address, which says in its own words what the articles tell."""
