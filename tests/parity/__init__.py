"""Our models beside the published ones: the same weights and inputs, and what the originals made of them."""
