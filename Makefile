# What a developer types; `make` alone lists it. Needs Rust (rustup reads the version from rust-toolchain.toml) and
# Python 3.10 or later; everything else is set up on first use, inside this folder.

TARGET      := $(or $(CARGO_TARGET_DIR),target)
LOCAL_STACK := $(TARGET)/debug/local-stack

.DEFAULT_GOAL := help
.PHONY: help demo stack test check format lint python programs

help: ## List these
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: python programs ## Play the product's story on a local stack, and check every step of it
	@$(LOCAL_STACK) demo

stack: python programs ## Leave a local stack running, with addresses and commands to try
	@$(LOCAL_STACK) stack

test: python ## Run every test: unit, workflow, contract, end to end
	cargo test --workspace

check: python ## Check format, lints, documentation, conventions and templates
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps
	cargo test --workspace --test conventions
	@$(MAKE) --no-print-directory lint

lint: python programs ## Check the templates with cfn-lint and SAM
	@$(LOCAL_STACK) lint

format: ## Format the code
	cargo fmt --all

# Says at once, and not after the build, when Python is missing.
python:
	@sh infra/local/python/find.sh > /dev/null

# Every program of the workspace in one build, so that what several of them depend on is compiled once.
programs:
	cargo build --workspace --bins
