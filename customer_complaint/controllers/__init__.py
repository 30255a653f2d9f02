from . import action, complete_file, portal, portal_answer, public, share, task
