# Rekey. `make` alone lists the targets.

# One set of flags for every build, test and check: the C step of the window's
# GL binding takes minutes and is done again for every other set.
export GOFLAGS := $(shell go env GOFLAGS 2>/dev/null) -trimpath

BIN := .cache/bin
SHARE := .cache/share
export PREFIX ?= /usr/local
export DESTDIR ?=
FUZZTIME ?= 2m
export IDLE ?= 10m

.DEFAULT_GOAL := help
.PHONY: help demo run build rekey window share install uninstall packages check test test-all soak bench weights lint fuzz codex-drift codex-record screenshots icons-sheet clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: rekey ## Watch a sign-in be refused and fixed, in a sandbox (needs nothing but Go)
	@$(BIN)/rekey demo

run: build ## Build what can be built here and start the tray
	@$(BIN)/rekey

build: rekey window share ## Build the programs into .cache/bin

# The agent, its tray and the command line: pure Go, no C compiler. Without HTTP/2,
# which auth/authority never speaks, it is half a megabyte smaller.
rekey:
	@CGO_ENABLED=0 go build -tags nethttpomithttp2 -ldflags "$$(packaging/version)" -o $(BIN)/rekey .

# The window, if its C compiler and libraries are there. Everything else works without it.
window:
	@if .ci/window-parts; then \
		echo "Building the window program; the first time takes minutes."; \
		.ci/window-build; \
	else \
		echo "The window program is not built; the tray and the command line work without it."; \
	fi

# The manual, the completions, the icons: what is installed beside the programs.
share: rekey
	@packaging/build $(BIN) $(SHARE)

# Under sudo, or where there is no Go, what was built before is installed: root
# leaves nothing behind that the user cannot build over.
install: $(if $(SUDO_UID),,$(if $(shell command -v go),rekey share)) ## Install what is built (DESTDIR=, PREFIX=/usr/local)
	@packaging/install $(BIN) $(SHARE)

uninstall: ## Remove what was installed (with the same DESTDIR and PREFIX)
	@packaging/uninstall

packages: ## Make the packages of this commit in dist: deb, rpm, apk, Arch, archives (WINDOW=no: without the window)
	@packaging/packages dist

check: ## Before a commit: lint, and the quick tests (installs nothing but linters)
	@.ci/lint
	@.ci/test quick

test: ## Install what is missing, run every test that needs no display, list what could not run
	@.ci/setup
	@.ci/test

test-all: test ## The rest too: lint, race detector, window, panels, browser, Wine, packages, fuzzing
	@.ci/setup all
	@.ci/lint
	@.ci/lint others
	@.ci/test slow

soak: ## Run the long variants of the tests that keep the promises
	@.ci/setup all
	@REKEY_SOAK=1 PATH="$(CURDIR)/.cache/codex/node_modules/.bin:$$PATH" CGO_ENABLED=1 \
		go test -race -v -timeout 12h ./test/promises/...

bench: rekey ## Measure Rekey against its rivals, as ratios in one run (IDLE=10m)
	@.ci/setup all
	@.ci/bench

weights: ## Print what each dependency weighs in the program
	@.ci/weights

lint: ## Check format, comments and suspicious code, also for Windows and macOS
	@.ci/lint
	@.ci/lint others

fuzz: ## Fuzz every parser for FUZZTIME each (2m; make fuzz FUZZTIME=1h)
	@.ci/fuzz $(FUZZTIME)

codex-drift: ## Replay every recording against the newest Codex (or CODEX=0.169.0) and print what it does differently
	@.ci/codex-drift

codex-record: ## Write into the recordings what the newest Codex does
	@.ci/codex-drift record

screenshots: ## Take the README's pictures from the real programs, into docs/pictures
	@.ci/setup all
	@packaging/screenshots

icons-sheet: ## Draw all icons of the tray, in all sizes and on all panels, into artefacts
	@CGO_ENABLED=0 go run ./packaging/icons sheet artefacts/icons-sheet.png
	@echo "Look at artefacts/icons-sheet.png."

clean: ## Remove what was built and downloaded, and the tests' pictures
	rm -rf .cache artefacts
