# The whole project in a few words: quickstart, build, test, lint.
SHELL := /bin/bash
SWIFT ?= swift
RECIPE ?= recipes/quickstart/recipe.yaml

.PHONY: quickstart build test stress lint generate toolchain libraries clean

quickstart: build
	.build/release/ablate run $(RECIPE)
	@echo "Open recipes/quickstart/logbook/index.html"

build: toolchain libraries
	$(SWIFT) build -c release --static-swift-stdlib --product ablate

test: toolchain libraries
	./scripts/test

stress: toolchain libraries
	./scripts/stress

lint: toolchain
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

generate: toolchain libraries
	$(SWIFT) run generate

toolchain:
	@command -v $(SWIFT) >/dev/null || { echo "ablate needs the Swift 6.2 toolchain or later; install it and put its usr/bin on the PATH." >&2; exit 69; }
	@$(SWIFT) --version 2>/dev/null | grep -Eq 'Swift version (6\.[2-9]|6\.[1-9][0-9]|[7-9]|[1-9][0-9])' || { echo "ablate needs Swift 6.2 or later; this is $$($(SWIFT) --version 2>/dev/null | head -n 1)." >&2; exit 69; }

libraries:
	@./scripts/libraries

clean:
	rm -rf .build
