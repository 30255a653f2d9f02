from . import portal, task
