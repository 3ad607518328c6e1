"""Exponents and regimes as `planaria analyse` prints them: text, JSON and the phase diagram.

What they print is made of `scaling_json` and `regimes_json`, which other commands may call.
"""
