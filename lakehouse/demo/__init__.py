"""`lakehouse demo`: fourteen days of a made-up Spotify, from the API to answers, through an AWS on this machine."""
