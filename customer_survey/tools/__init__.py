from . import scores
