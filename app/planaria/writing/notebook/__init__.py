"""How values look in notebooks: HTML with LaTeX that JupyterLab typesets, and pictures.

- ``markup``: elements, words and formulas, all text escaped;
- ``diagrams``, ``models``, ``rules``, ``derivations``, ``numbers``, ``evidence``, ``dualities``: what their names
  say;
- ``html``: which is which.

What JupyterLab takes out of the notebooks of others (styles by themselves, SVG) is not used. Formulas are made in
`planaria.writing.latex`, pictures in `planaria.writing.pictures`.
"""
