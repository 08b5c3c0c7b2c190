"""Calls to the Spotify Web API: login, endpoints, pages, rate limits."""
