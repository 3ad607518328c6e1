"""Closed forms as somebody wants to read them: in sums of one's own choice, and in parts.

How a closed form is found is in `elimination`; nothing here changes what it says.
"""
