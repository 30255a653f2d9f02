from . import worktime
