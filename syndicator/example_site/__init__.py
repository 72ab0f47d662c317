"""A small invented news site that ``syndicator up`` can watch: it plays the outside world.

It knows nothing of the rest of the program and is reached by HTTP only, as any newsroom is.
"""
