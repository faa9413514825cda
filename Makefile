# Two commands do everything on a fresh Debian 12 with Swift: `make demo` and `make test`.
SWIFT_BUILD_FLAGS := --explicit-target-dependency-import-check error
SOURCES := $(shell git ls-files '*.swift' ':!Models/EventModel/Generated')
DOCS := .build/docs

DETECTOR := Models/Trained/vehicle-detector
TRAIN_DATA ?= ../shared/data/train
TRAIN_FLAGS ?= --minutes 90
TRAIN_WORK ?= .build/train-detector
CROWD := Models/Trained/crowd-counter
CROWD_FLAGS ?= --minutes 74
CROWD_WORK ?= .build/train-crowd
SCORER ?= $(TRAIN_DATA)/../../eval/score_detect.py

.PHONY: help setup demo test soak bench bench-cameras accuracy train-detector score-detector train-crowd score-crowd format lint docs proto scenes clean

help:  ## Lists the commands.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 16

setup:  ## Installs the Debian packages that are missing (Deploy/debian-packages.txt).
	@Deploy/setup.sh

demo: setup  ## Builds, starts cameras, agent and collector, prints the address and a one-time login. CAMERA=rtsp://… for your own.
	@/usr/bin/python3 Deploy/demo.py

test: setup lint  ## Every test: units, pages, whole processes, faults.
	swift build --build-tests $(SWIFT_BUILD_FLAGS)
	swift test --skip-build
	/usr/bin/python3 -m unittest discover -s Tests/Scenes -p 'test_*.py'
	/usr/bin/python3 -m unittest discover -s $(DETECTOR)/Training -p 'test_*.py'
	/usr/bin/python3 -m unittest discover -s $(CROWD)/Training -p 'test_*.py'
	/usr/bin/python3 -m unittest discover -s Tests/TestCameras -p 'test_*.py'
	/usr/bin/python3 -m unittest discover -s Tests/Accuracy -p 'test_*.py'
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

accuracy: setup  ## Tracks and counts on generated scenes and real clips against the goldens, beside OpenCV's stock parts. ONLY, UPDATE_GOLDENS=1.
	swift build -c release $(SWIFT_BUILD_FLAGS)
	/usr/bin/python3 Tests/Accuracy/accuracy.py

train-detector: $(TRAIN_WORK)/venv/ready $(TRAIN_WORK)/drawn/ready  ## Trains, exports and scores our detector. TRAIN_FLAGS="--epochs 60", PIP_FLAGS; goes on where it stopped.
	nice -n 19 $(TRAIN_WORK)/venv/bin/python $(DETECTOR)/Training/train.py --data $(TRAIN_DATA) --drawn $(TRAIN_WORK)/drawn --work $(TRAIN_WORK) $(TRAIN_FLAGS)
	$(TRAIN_WORK)/venv/bin/python $(DETECTOR)/Training/export.py --checkpoint $(TRAIN_WORK)/checkpoint.pt --out $(DETECTOR)
	$(MAKE) score-detector

score-detector:  ## Scores the committed detector with Debian's OpenCV: Golden/, working thresholds, the card's tables.
	@mkdir -p $(TRAIN_WORK)
	/usr/bin/python3 $(DETECTOR)/Training/evaluate.py --model $(DETECTOR)/model.json --data $(TRAIN_DATA) --scorer $(SCORER) \
	    --clips $(TRAIN_DATA)/../video --work $(TRAIN_WORK)
	/usr/bin/python3 $(DETECTOR)/Training/golden.py write
	/usr/bin/python3 $(DETECTOR)/Training/card.py

train-crowd: $(TRAIN_WORK)/venv/ready $(TRAIN_WORK)/drawn/ready  ## Trains, exports, calibrates and scores our counter of people. CROWD_FLAGS="--steps 8000"; goes on where it stopped.
	nice -n 19 $(TRAIN_WORK)/venv/bin/python $(CROWD)/Training/train.py --data $(TRAIN_DATA) --drawn $(TRAIN_WORK)/drawn --work $(CROWD_WORK) $(CROWD_FLAGS)
	$(TRAIN_WORK)/venv/bin/python $(CROWD)/Training/export.py --checkpoint $(CROWD_WORK)/checkpoint.pt --out $(CROWD)
	$(TRAIN_WORK)/venv/bin/python $(CROWD)/Training/export.py --checkpoint $(CROWD_WORK)/checkpoint.pt --out $(CROWD) \
	    --gain "$$(/usr/bin/python3 $(CROWD)/Training/calibrate.py --gain --model $(CROWD)/model.json --data $(TRAIN_DATA))"
	/usr/bin/python3 $(CROWD)/Training/calibrate.py --model $(CROWD)/model.json --data $(TRAIN_DATA)
	$(MAKE) score-crowd

score-crowd: $(CROWD_WORK)/empty/ready  ## Scores the committed counter with Debian's OpenCV: Golden/, the card's tables.
	/usr/bin/python3 $(CROWD)/Training/evaluate.py --model $(CROWD)/model.json --data $(TRAIN_DATA) --scorer $(TRAIN_DATA)/../../eval/score_crowd.py \
	    --scenes $(CROWD_WORK)/empty --clips $(TRAIN_DATA)/../video score
	/usr/bin/python3 $(CROWD)/Training/golden.py write
	/usr/bin/python3 $(CROWD)/Training/card.py

$(CROWD_WORK)/empty/ready: $(CROWD)/Training/draw_empty.py
	/usr/bin/python3 $< --out $(CROWD_WORK)/empty
	touch $@

$(TRAIN_WORK)/venv/ready: $(DETECTOR)/Training/requirements.txt
	python3 -m venv $(TRAIN_WORK)/venv
	$(TRAIN_WORK)/venv/bin/pip install -q $(PIP_FLAGS) -r $<
	touch $@

$(TRAIN_WORK)/drawn/ready: $(DETECTOR)/Training/draw_scenes.py
	/usr/bin/python3 $< --out $(TRAIN_WORK)/drawn
	touch $@

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
