"""The one looker: what a file is, column by column, each answer with its evidence.

The draft of engagement.yaml proposes what is seen here, and the intake refuses by it, so that what
the one says it has seen the other accepts. Nothing here decides: how a file is written is declared.
"""
