"""A server that answers like Spotify's Web API and its accounts service, from a made-up world, on 127.0.0.1 only.

`lakehouse simulator` runs it alone. A program uses the context manager, a test also its world:

    from lakehouse.simulator.running import running_simulator

    with running_simulator(regime="restricted", seed=7, today=dt.date(2026, 11, 1)) as simulator:
        ...  # simulator.api_url, .accounts_url, .refresh_token(), .set_today(date), .log, .world.day(date)
        simulator.set_faults("me/tracks:500:times=2", "playlists/*:quota=3600:after=1")

Faults are switched on per endpoint, here, with --fault or by POST to /_simulator/faults; `faults.KINDS` has them all.

The world is a pure function of seed and day: `World(seed=7).day(date)` tells what the server serves on that day.

Imitated: the three regimes (restricted, legacy, extended) with their fields, names and page limits; client credentials,
authorization code and refresh token, with and without rotation; a refresh token's end six months (183 days, by the
simulator's day) after its login; scopes; 400, 401, 403 and 404 in Spotify's words; null entries, local files, episodes,
duplicates, relinked and unplayable songs, odd dates, totals above what is served; a chart of Spotify's own, 37i9…, for
extended apps alone.

Simplified:

- An extended app is given the old names everywhere, and both `track` and `item` by /playlists/{id}/items, which is new.
- `fields` and `additional_types` are accepted and ignored: whole entries, episodes included, are always served.
- `market` (or `country`) relinks songs and tells whether they are playable; without it a user's country is not applied,
  and client credentials see everything.
- /me shows e-mail and country to a legacy app whatever scopes it has.
- /search knows tracks, albums and artists; it looks for all words in names and honours album, artist, track, year, upc,
  isrc, genre and tag:new.
- `href` inside an object names api.spotify.com; `href`, `next` and `previous` of a page name this server.
- Of the endpoints that restricted apps lost, the other regimes answer /tracks, /albums, /artists, an artist's top
  tracks and new releases.
- Any secure redirect address counts as registered. Tokens live in memory: a new start asks for a new login.
"""
