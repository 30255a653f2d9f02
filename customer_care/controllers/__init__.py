from . import campaign, details, privacy, xlsx
