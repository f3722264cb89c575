"""The graph as artists touch it. It shows the session's document and asks the session for edits; it holds no graph of its own."""
