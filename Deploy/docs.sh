#!/usr/bin/env bash
# Writes the documentation of every library module as a static site: docs.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-.build/docs}
for module in EventModel BatchCodec SiteCalibration EdgeCore EdgeCapture EdgeRecording EdgeVision EdgeTracking EdgeRules EdgeOutbox \
    CollectorDomain CollectorStore CollectorWeb; do
    mkdir -p "$target/$module"
    swift package --allow-writing-to-directory "$target" generate-documentation --target "$module" \
        --output-path "$target/$module" --transform-for-static-hosting --hosting-base-path "$module"
done
echo "docs: open $target/<module>/documentation/<module in small letters>/index.html through a web server rooted at $target"
