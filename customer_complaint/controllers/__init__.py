from . import complete_file, portal, portal_answer, public, task
