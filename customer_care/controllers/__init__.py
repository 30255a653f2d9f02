from . import details, privacy, xlsx
