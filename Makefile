# Commands for people who try or develop these addons. Each says what it does and how long it took.
PYTHON ?= python3
PORT ?= 8069
DEV = PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m tools.dev
.PHONY: help run test core-test lint bench screenshots pot shell mail clean

help:
	@echo "make run          serve a demonstration on http://127.0.0.1:$(PORT)"
	@echo "make mail         send a sample complaint by e-mail into the running demonstration (FILE=other.eml)"
	@echo "make test         run all tests (ARGS='-k name' for some)"
	@echo "make core-test    run Odoo's own generic tests with the addons installed"
	@echo "make lint         check style, XML, translations and licences"
	@echo "make bench        measure speed against minimal models (ARGS='--peers' adds other addons)"
	@echo "make screenshots  take the pictures of the user guide"
	@echo "make pot          update translation templates and catalogues"
	@echo "make shell        Python shell in the demonstration database"
	@echo "make clean        remove everything that was provisioned or generated"

run:
	@$(DEV) run $(PORT)

test core-test lint bench screenshots pot shell clean:
	@$(DEV) $@ $(ARGS)

mail:
	@$(DEV) mail $(PORT) $(FILE)
