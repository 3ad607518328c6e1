"""Dualities: exchanges of spaces and fields under which an expectation maps to itself.

- ``exchange``: the involutions, and what they do to scalars and letters;
- ``candidates``: those that fit the shapes of the fields;
- ``integrating_out``: fields that are integrated out before anything is compared;
- ``standard_fields``: words in terms of standard fields, and when two of them are the same trace;
- ``expansions``: an expression as such words, order by order;
- ``identity``: whether two traces are the same at every order;
- ``transform``: the dual of a diagram;
- ``inserted_ribbons``: the dual of a diagram with a spectator;
- ``certificates``: what is known of an exchange;
- ``search``: all of it together;
- ``propagators``: the matrices that become one another.
"""

from planaria.diagrams.duality.certificates import Certificate
from planaria.diagrams.duality.exchange import Exchange, Image
from planaria.diagrams.duality.search import Dualities, Duality, Refutation, dualities
from planaria.diagrams.duality.transform import Dual

__all__ = ["Certificate", "Dual", "Dualities", "Duality", "Exchange", "Image", "Refutation", "dualities"]
