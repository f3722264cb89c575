"""Everything about the selected node, built from its declaration: nothing here knows any node type by name."""
