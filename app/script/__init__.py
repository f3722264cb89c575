"""A workflow as a Python script that calls the same functions.

From the flat graph come the steps (`steps`), turns of a loop that are alike become a ``for`` (`loops`), and every step a statement
(`statements`, `writing`) with names of its own (`names`). What a file says gets into the script as literals and comments only (`spelling`).
"""
