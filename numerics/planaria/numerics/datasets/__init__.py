"""Sweeps as labelled data; `sweep` is the front.

What is asked is read (`asking`) into one value (`plan`, `grid`), which is divided into tasks (`tasks`). These are
computed (`blocks`) by this process, by others or by a cluster (`engines`), and kept as they come (`store`, with
`labels`); the file that was asked for is made of that (`exports`).

A task is a block of neighbouring points, or of draws at some of them, and depends on the plan alone: whichever
process does it, and however often, the numbers are the same to the bit. So a task that is there is never done
again, and one that is not is done when somebody goes on. Single points and arrays of points are in `solving` and
`sweeps`, one simulation is in `simulation`.
"""
