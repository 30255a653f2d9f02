from . import portal, portal_answer, public
from . import portal, task
