"""Small rules as Spark SQL text over named columns; every cast of outside text is tolerant and mode-independent."""

from collections.abc import Mapping

SPOTIFY_WORD = r"(track|album|artist|playlist|episode|show|audiobook|chapter|user)"


def whole_number(text: str, to: str = "int") -> str:
    """Read text such as 71 or 71.0 (as pandas writes) as a whole number; anything else is null."""
    return f"try_cast(try_cast({text} as double) as {to})"


def truth(text: str) -> str:
    """Read true or false; anything else is null."""
    return f"try_cast({text} as boolean)"


def instant(text: str) -> str:
    """Read a UTC time, cut to the milliseconds that Athena keeps; null outside the years people listened in.

    Programs write their zero as 0001-01-01, and few of those that read the tables know the years after 9999. The zone
    of Spotify's times is taken off: the session's is UTC, and Spark makes a zone of each Z by two regular expressions.
    """
    is_spotifys = f"endswith({text}, 'Z') and length({text}) between 20 and 24"
    zoneless = f"if({is_spotifys}, substring({text}, 1, length({text}) - 1), {text})"
    time = f"date_trunc('millisecond', try_cast({zoneless} as timestamp))"
    sane = "time >= timestamp'1900-01-01' and time < timestamp'2200-01-01'"
    return f"get(filter(array({time}), time -> {sane}), 0)"


def first_day(text: str) -> str:
    """Return the first day of 1979, 1981-12 or 2025-01-13; null for 0000 and anything else."""
    return f"case when {text} rlike '^(?!0000)[0-9]{{4}}(-[0-9]{{2}}){{0,2}}$' then try_cast({text} as date) end"


def spotify_id(thing: str) -> str:
    """Return the id of an object: as given if it is a plain word, else from its uri, link or address."""
    given = f"case when {thing}.id rlike '^[\\\\w.-]{{1,100}}$' then {thing}.id end"
    from_uri = rf"nullif(regexp_extract({thing}.uri, '^spotify:[a-z]+:([^:/?]+)$', 1), '')"
    from_url = rf"nullif(regexp_extract({thing}.external_urls.spotify, '/{SPOTIFY_WORD}/([^/?]+)', 2), '')"
    from_href = rf"nullif(regexp_extract({thing}.href, '/{SPOTIFY_WORD}s/([^/?]+)$', 2), '')"
    return f"coalesce({given}, {from_uri}, {from_url}, {from_href})"


def kind_of_word(word: str) -> str:
    """Return our name of a kind for Spotify's; null for an unknown word."""
    return (
        f"case {word} when 'track' then 'song' when 'chapter' then 'audiobook' "
        + " ".join(
            f"when '{kind}' then '{kind}'"
            for kind in ("album", "artist", "playlist", "episode", "show", "audiobook", "user")
        )
        + " end"
    )


def kind_of(thing: str, by_shape: str, hint: str) -> str:
    """Return song, album, artist, episode, show, audiobook, playlist, user or local_file; its fields (`by_shape`)
    and then where it stands (`hint`) decide last.

    A `type` that is given but unknown (audio_features, a device) is none of them, whatever the rest looks like.
    """
    by_uri = kind_of_word(f"regexp_extract({thing}.uri, '^spotify:(?:user:[^:]*:)?([a-z]+):', 1)")
    by_url = kind_of_word(f"regexp_extract({thing}.external_urls.spotify, '/{SPOTIFY_WORD}/', 1)")
    by_href = kind_of_word(f"regexp_extract({thing}.href, '/{SPOTIFY_WORD}s/[^/?]+$', 1)")
    return (
        f"case when lower({thing}.is_local) = 'true' or {thing}.uri like 'spotify:local:%' then 'local_file' "
        f"when {thing}.type is not null then {kind_of_word(f'lower({thing}.type)')} "
        f"else coalesce({by_uri}, {by_url}, {by_href}, {by_shape}, {hint}) end"
    )


def is_given(thing: str) -> str:
    """Tell whether an object says what it is at all."""
    return f"coalesce({thing}.id, {thing}.uri, {thing}.name, {thing}.type, {thing}.href) is not null"


def struct(fields: Mapping[str, str]) -> str:
    """Return a struct of the named expressions."""
    return f"named_struct({', '.join(f'{name!r}, {value}' for name, value in fields.items())})"
