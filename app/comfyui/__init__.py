"""Workflows of ComfyUI as workflows of this program: read in every form, mapped node by node, and nothing of them lost.

Reading goes from bytes to one plain structure (`reading`, `api_form`, `ui_form`, `group_nodes`, `widgets`), from there to a flat graph
(`inlining`, `resolving`), and by the mapping to nodes of this program (`mapping`, `building`), with places, exposed values and a report.
"""
