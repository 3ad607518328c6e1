"""A mutation run: are the core modules held by their own tests?

``python -m tests.mutation`` breaks a module at many places, one after the other, and looks whether its tests fall.
``modules.toml`` says which modules there are, and by which tests each is held.
"""
