"""The one-machine stack: a warehouse in a folder, questions, the demo."""
