"""A Spotify account: log in, extract into raw objects, check what a sources document asks for."""
