"""Random ribbon graphs, and the same graphs written down anew, for hypothesis."""

from hypothesis import strategies as st
from sympy import Identity, MatrixSymbol, symbols

from planaria.diagrams import Gaussian, Model, RibbonGraph
from planaria.diagrams.expressions.cyclic_words import transposes_of, turn_over
from planaria.diagrams.expressions.expression import Letter, prepare, read
from planaria.diagrams.expressions.words import Word, close, words

N, P, M, gamma = symbols("N P M gamma", positive=True)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
h, s, z, a, t = (MatrixSymbol(name, N, N) for name in "hszat")
Lambda, Omega = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", N, N)
FIELDS = {
    "x": "real",
    "u": "real",
    "h": "hermitian",
    "s": "symmetric",
    "z": "complex",
    "a": "antisymmetric",
    "t": "symmetric",
}
MODEL = Model(
    [
        Gaussian(x, rows=Lambda),
        Gaussian(u, variance=1 / M),
        Gaussian(h, rows=Omega, kind="hermitian"),
        Gaussian(s, kind="symmetric"),
        Gaussian(z, cols=Omega, kind="complex"),
        Gaussian(a, kind="antisymmetric"),
        Gaussian(t, kind="symmetric"),
    ]
)
SETTING = prepare([Lambda, Omega, gamma * Identity(N), Identity(P)], MODEL)


def word_of(expression, setting=SETTING):
    (word,) = close(words(read(expression, setting), setting, 0), setting)
    return word


def letter(code):
    """A letter from its name, and T for the transpose, H for the adjoint."""
    name, mark = code[0], code[1:]
    number = list(FIELDS).index(name)
    rows, cols = MODEL.fields[number].shape
    if mark:
        rows, cols = cols, rows
    return Letter(number, bool(mark), mark == "H", rows, cols)


BLOCKS = {
    N: [["u", "uT"], ["s", "s"], ["h", "h"], ["h", "hT"], ["z", "zH"], ["zH", "z"], ["s"], ["h"]],
    M: [["x", "xT"], ["uT", "u"]],
    P: [["xT", "x"], ["xT", "uT", "u", "x"]],
}
SIGNED = {  # turned over, some of these words change their sign
    **BLOCKS,
    N: [["a", "s", "t"], ["a", "a"], ["s", "t"], ["t"], ["s"], ["h", "hT"], ["z", "zH"]],
}


def corner_of(draw, space):
    ring = SETTING.ring
    return next(
        (ring.generator(symbol) for m, symbol in SETTING.matrices if m.shape[0] == space and draw(st.booleans())),
        ring.one,
    )


@st.composite
def graphs(draw, most_words=4, opened=True, blocks=BLOCKS):
    """A random contraction of several words, some of them equal, some open, some without letters."""
    found = []
    for _ in range(draw(st.integers(1, most_words))):
        if found and draw(st.booleans()):
            found.append(found[-1])
            continue
        space = draw(st.sampled_from([N, M, P]))
        chosen = draw(st.lists(st.sampled_from(blocks[space]), max_size=2))
        letters = tuple(letter(code) for block in chosen for code in block)
        closed = not opened or draw(st.integers(0, 4)) > 0
        spaces = [one.rows for one in letters] + ([] if closed and letters else [space])
        corners = tuple(corner_of(draw, one) for one in spaces)
        coefficient = SETTING.ring.constant(draw(st.sampled_from([1, 1, 2, 3])))
        found.append(Word(letters, corners, coefficient, space, space, closed))
    letters = [one for word in found for one in word.letters]
    free, pairing, twisted = list(range(len(letters))), [-1] * len(letters), set()
    while free:
        i = free.pop(0)
        one, kind = letters[i], SETTING.fields[letters[i].field].law
        choices = [(j, False) for j in free if one.pairs_untwisted(letters[j], kind)]
        choices += [(j, True) for j in free if one.pairs_twisted(letters[j], kind)]
        if not choices:  # a letter without a partner: leave out everything from its word on
            return draw(graphs(most_words=most_words, opened=opened, blocks=blocks))
        j, twist = draw(st.sampled_from(choices))
        free.remove(j)
        pairing[i], pairing[j] = j, i
        twisted |= {i} if twist else set()
    return RibbonGraph(SETTING, tuple(found), tuple(pairing), frozenset(twisted))


def renamed(graph, order, shifts, turns):
    """A graph written down anew: words in another order, rotated, turned over. By definition, step by step."""
    starts = [sum(len(w.letters) for w in graph.words[:k]) for k in range(len(graph.words))]
    kinds = transposes_of(graph.setting)
    new_words, origin, turned = [], [], {}
    for k in order:
        word = graph.words[k]
        n = len(word.letters)
        places = list(range(starts[k], starts[k] + n))
        if word.closed and n:
            if turns[k]:
                word, places = turn_over(word, kinds), places[::-1]
            r = shifts[k] % n
            letters, corners = word.letters[r:] + word.letters[:r], word.corners[r:] + word.corners[:r]
            word = Word(letters, corners, word.coefficient, letters[0].rows, letters[0].rows, True)
            places = places[r:] + places[:r]
            turned |= dict.fromkeys(places, turns[k])
        new_words.append(word)
        origin += places
    target = {old: new for new, old in enumerate(origin)}
    pairing = [target[graph.pairing[old]] for old in origin]
    twisted = set()
    for i, j in graph.ribbons:
        if (i in graph.twisted) ^ turned.get(i, False) ^ turned.get(j, False):
            twisted.add(min(target[i], target[j]))
    return RibbonGraph(graph.setting, tuple(new_words), tuple(pairing), frozenset(twisted))


@st.composite
def pairs(draw, **kwargs):
    """A graph, and the same graph written down anew. Open words keep their order."""
    graph = draw(graphs(**kwargs))
    number = len(graph.words)
    order = draw(st.permutations(range(number)))
    opened = iter([k for k in range(number) if not graph.words[k].closed])
    order = [k if graph.words[k].closed else next(opened) for k in order]
    shifts = draw(st.lists(st.integers(0, 9), min_size=number, max_size=number))
    turns = draw(st.lists(st.booleans(), min_size=number, max_size=number))
    return graph, renamed(graph, order, shifts, turns)
