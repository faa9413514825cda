# Two commands do everything on a fresh Debian 12 with Swift: `make demo` and `make test`.
SWIFT_BUILD_FLAGS := --explicit-target-dependency-import-check error
SOURCES := $(shell git ls-files '*.swift' ':!Models/EventModel/Generated')
DOCS := .build/docs

.PHONY: help setup demo test soak bench bench-cameras format lint docs proto scenes clean

help:  ## Lists the commands.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 10

setup:  ## Installs the Debian packages that are missing (Deploy/debian-packages.txt).
	@Deploy/setup.sh

demo: setup  ## Builds, starts cameras, agent and collector, prints the address and a one-time login. CAMERA=rtsp://… for your own.
	@/usr/bin/python3 Deploy/demo.py

test: setup lint  ## Every test: units, pages, whole processes, faults.
	swift build --build-tests $(SWIFT_BUILD_FLAGS)
	swift test --skip-build
	/usr/bin/python3 -m unittest discover -s Tests/Scenes -p 'test_*.py'
	/usr/bin/python3 -m unittest discover -s Tests/TestCameras -p 'test_*.py'
	/usr/bin/python3 -m unittest discover -v -s Tests/EndToEndTests -p 'test_*.py'

soak: setup  ## The fault tests for longer: SOAK_MINUTES=60 by default.
	swift build -c release $(SWIFT_BUILD_FLAGS)
	SOAK_MINUTES=$${SOAK_MINUTES:-60} /usr/bin/python3 -m unittest discover -v -s Tests/EndToEndTests -p 'soak_*.py'

bench: setup  ## Speed and memory of a release build: JSON lines, then a table.
	swift build -c release $(SWIFT_BUILD_FLAGS)
	/usr/bin/python3 Tests/Bench/bench.py

bench-cameras: setup  ## The running agent with ten 1080p cameras beside ffmpeg: CPU, memory, drops (about 35 minutes).
	swift build -c release $(SWIFT_BUILD_FLAGS)
	/usr/bin/python3 Tests/Bench/cameras.py

format:  ## Rewrites our Swift sources in the house style.
	@swift format --in-place --parallel --configuration .swift-format $(SOURCES)

lint:  ## Fails on any deviation from the house style.
	@swift format lint --strict --parallel --configuration .swift-format $(SOURCES)

docs:  ## The documentation of every module, as a static site in .build/docs.
	Deploy/docs.sh $(DOCS)

proto:  ## Regenerates Models/EventModel/Generated from Models/Protos (needs protobuf-compiler).
	swift build --product protoc-gen-swift
	protoc --plugin=.build/debug/protoc-gen-swift --swift_opt=Visibility=Public --swift_opt=FileNaming=DropPath \
	    --swift_opt=UseAccessLevelOnImports=true --swift_out=Models/EventModel/Generated -I Models/Protos Models/Protos/ngatu.proto

clean:  ## Removes everything that was built.
	rm -rf .build .demo .bench
