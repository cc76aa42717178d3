# make demo    seal the sample preschool and serve it on http://localhost:8000
# make test    run every test, in Chromium where a browser is needed
# make test-engines   run the reader in Chromium, Firefox ESR and WebKitGTK
# make bench   print the table of benchmarks
# make check   lint and types
# make words   bring the translations in theme/translations up to what the templates say

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
APT := DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get

# A browser's tests wait more than they compute; and they come first, so that without stealing one worker had them all.
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((cores + (cores + 1) / 2)))

AXE := tests/browser/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-engines bench check clean tools engines words

help:
	@sed -n 's/^# make /make /p' Makefile

demo: .venv/installed
	@$(BIN)/pluttra demo .demo --port $(PORT)

test: tools $(AXE) .venv/installed-dev
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal

test-engines: tools engines .venv/installed-dev
	@$(BIN)/pytest -m engines tests/engines

bench: tools .venv/installed-bench
	@$(BIN)/python -m benchmarks

check: .venv/installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@if ! command -v npx >/dev/null; then echo "npx is not installed: the reader's types were not checked (Debian: npm)"; \
	else npx --yes --package=typescript@5 tsc -p tests/reader/jsconfig.json; fi

# New words come untranslated and changed ones as fuzzy, and the tests tell of both: docs/languages.md.
words: .venv/installed-dev
	@$(BIN)/pybabel -q extract -F babel.cfg -k say -k forms:1,2 --no-location --no-wrap -o .words.pot .
	@$(BIN)/pybabel -q update -i .words.pot -d theme/translations --no-wrap --ignore-pot-creation-date --ignore-obsolete
	@rm .words.pot

clean:
	rm -rf .venv tests/browser/node_modules .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/installed: pyproject.toml
	@$(call have-venv)
	@echo "Installing Pluttra Publish into .venv (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	@echo "Installing what the tests need into .venv (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# What judges the pages, by name and version from its registry.
$(AXE): tests/browser/package-lock.json
	@npm ci --silent --no-audit --no-fund --ignore-scripts --prefix tests/browser
	@touch $@

.venv/installed-bench: .venv/installed-dev
	@echo "Installing what the benchmarks are measured against into .venv (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

# A virtual environment with pip, made anew where a former attempt left half of one. Debian keeps the means in a package of its own.
define have-venv
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=python3.12 …" >&2; exit 1; }; \
$(BIN)/python -m pip --version >/dev/null 2>&1 && exit 0; \
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(call install,python3-venv); } && \
$(PYTHON) -m venv --clear .venv
endef

# $(call install,packages): from Debian, where we may; else say what is missing.
define install
missing="$(1)"; \
if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	echo "Installing from Debian:" $$missing; \
	$(APT) update -qq && $(APT) install -qq -y --no-install-recommends $$missing >/dev/null; \
else \
	echo "Missing:" $$missing >&2; \
	echo "Install with: sudo apt-get install" $$missing >&2; \
	exit 1; \
fi
endef

# What the tests drive besides Python: a browser, the reader's vectors in node, npm for what judges pages, two independent readers of metadata, and the servers
# that a site is put on and messages come by: OpenSSH, nginx, Apache, Caddy, Dovecot, and Ceph for S3 (270 MB). The tests start their own on free ports; RUNLEVEL keeps
# Debian from starting them as services.
tools:
	@missing=; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v chromium-headless-shell >/dev/null || missing="$$missing chromium-headless-shell"; \
	command -v node >/dev/null || missing="$$missing nodejs"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	command -v exiftool >/dev/null || missing="$$missing libimage-exiftool-perl"; \
	command -v ffprobe >/dev/null || missing="$$missing ffmpeg"; \
	PATH="$$PATH:/usr/sbin"; \
	command -v sshd >/dev/null || missing="$$missing openssh-server"; \
	command -v nginx >/dev/null || missing="$$missing nginx-light"; \
	command -v apache2 >/dev/null || missing="$$missing apache2"; \
	command -v caddy >/dev/null || missing="$$missing caddy"; \
	[ -e /usr/lib/dovecot/imap ] || missing="$$missing dovecot-imapd"; \
	command -v radosgw >/dev/null || missing="$$missing ceph-mon ceph-osd radosgw"; \
	command -v curl >/dev/null || missing="$$missing curl"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	[ -z "$$missing" ] || { $(call install,$$missing); }

# The three engines as Debian has them. WebKitGTK takes H.264 and AAC from GStreamer's packages; Firefox takes them from ffmpeg's library.
engines:
	@missing=; \
	command -v chromedriver >/dev/null || missing="$$missing chromium-driver"; \
	command -v firefox-esr >/dev/null || missing="$$missing firefox-esr"; \
	command -v WebKitWebDriver >/dev/null || missing="$$missing webkit2gtk-driver"; \
	[ -e /usr/share/i18n/locales/sv_SE ] || missing="$$missing locales"; \
	command -v Xvfb >/dev/null || missing="$$missing xvfb"; \
	ls /usr/lib/*/gstreamer-1.0/libgstlibav.so >/dev/null 2>&1 || missing="$$missing gstreamer1.0-libav"; \
	ls /usr/lib/*/gstreamer-1.0/libgstvideoparsersbad.so >/dev/null 2>&1 || missing="$$missing gstreamer1.0-plugins-bad"; \
	[ -z "$$missing" ] || { $(call install,$$missing); }
