"""The commands `planaria scaling` and `planaria regimes`: options, text, JSON and the phase diagram.

What they print is made of `scaling_json` and `regimes_json`, which other commands may call.
"""
