"""How the program looks: colors, type and icons in one place. Panels take them from here and invent none."""
