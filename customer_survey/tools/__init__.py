from . import index, links, scores, statistics
