"""The pictures of the user guide, by subject; ``tools/take_screenshots.py`` takes them."""

from . import (
    callbacks,
    complaint_figures,
    complaint_setup,
    complaints,
    customers,
    grading,
    plans,
    portal,
    solutions,
    surveys,
)

SUBJECTS = (
    customers,
    grading,
    plans,
    callbacks,
    complaints,
    solutions,
    complaint_figures,
    complaint_setup,
    portal,
    surveys,
)
PICTURES = {name: picture for subject in SUBJECTS for name, picture in subject.PICTURES.items()}
