"""`lakehouse demo`."""

from lakehouse.commands.command import command


@command("lakehouse demo", stopped="Everything that it had started is ended. The next demo starts afresh.")
def demo() -> None:
    """Run the whole pipeline with made-up data, in data/demo.

    14 days of a simulated Spotify go through an emulated AWS: Lambda function, event, Spark job, tables, answers.
    """
    from lakehouse.demo.start import start_demo

    start_demo()
