from . import portal, portal_answer, public, task
