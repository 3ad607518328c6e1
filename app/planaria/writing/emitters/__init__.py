"""Pictures as files: SVG, TikZ, PNG, and the shapes that they have in common.

Where everything stands in a picture is decided in `planaria.writing.pictures`.
"""
