#include "Regions.hpp"

#include <algorithm>
#include <cstdlib>

#include "Kernel.hpp"

namespace vision {
namespace {

bool isResting(const ocv_motion_region &region) { return region.resting_area * 5 >= region.area * 4; }

// How strong the edge is at the end of a run, between three pixels outside and two inside.
int edgeAt(const uint8_t *row, int x, int width) {
    return std::abs(row[std::clamp(x + 2, 0, width - 1)] - row[std::clamp(x - 3, 0, width - 1)]);
}

KERNEL void addRow(
    const uint8_t *picture, const uint8_t *median, const uint8_t *age, int restingAge, int begin, int end,
    int32_t &resting, int32_t &difference) {
    int32_t rests = 0, differs = 0;
    for (int x = begin; x < end; x++) {
        rests += age[x] >= restingAge;
        differs += std::abs(picture[x] - median[x]);
    }
    resting += rests;
    difference += differs;
}

}  // namespace

RegionFinder::RegionFinder(int width, int height) : width_(width), height_(height) {
    runs_.reserve(maximumRuns);
    regionOfRun_.resize(maximumRuns);
    regions_.reserve(maximumRegions);
    sums_.reserve(maximumRegions);
}

int32_t RegionFinder::root(int32_t run) {
    while (runs_[static_cast<size_t>(run)].parent != run) {
        Run &here = runs_[static_cast<size_t>(run)];
        here.parent = runs_[static_cast<size_t>(here.parent)].parent;
        run = here.parent;
    }
    return run;
}

bool RegionFinder::addRun(Run run, size_t &above, size_t aboveEnd) {
    overflowed_ = runs_.size() == maximumRuns;
    if (overflowed_) return false;
    const auto index = static_cast<int32_t>(runs_.size());
    run.parent = index;
    runs_.push_back(run);
    while (above < aboveEnd && runs_[above].end < run.begin) above++;
    for (size_t other = above; other < aboveEnd && runs_[other].begin <= run.end; other++) {
        const int32_t a = root(static_cast<int32_t>(other));
        const int32_t b = root(index);
        runs_[static_cast<size_t>(std::max(a, b))].parent = std::min(a, b);
    }
    return true;
}

void RegionFinder::collectRuns(const BitMask &mask) {
    runs_.clear();
    overflowed_ = false;
    size_t rowBegin = 0, rowEnd = 0;
    for (int y = 0; y < height_; y++) {
        size_t above = rowBegin;
        const size_t aboveEnd = rowEnd;
        rowBegin = runs_.size();
        const uint64_t *words = mask.row(y);
        int begin = -1;
        for (int i = 0; i < mask.wordsPerRow(); i++) {
            uint64_t rest = begin < 0 ? words[i] : ~words[i];
            while (rest != 0) {
                const int bit = __builtin_ctzll(rest);
                const int position = 64 * i + bit;
                if (begin < 0) {
                    begin = position;
                } else {
                    if (!addRun({y, begin, position, 0}, above, aboveEnd)) return;
                    begin = -1;
                }
                // The next bit of the other kind ends the stretch that begins here.
                rest = (begin < 0 ? words[i] : ~words[i]) & (~uint64_t{0} << bit);
            }
        }
        if (begin >= 0 && !addRun({y, begin, width_, 0}, above, aboveEnd)) return;
        rowEnd = runs_.size();
    }
}

void RegionFinder::extend(size_t index, const Run &run, const Planes &planes) {
    ocv_motion_region &region = regions_[index];
    const int right = std::max(region.x + region.width, run.end);
    region.x = std::min(region.x, run.begin);
    region.width = right - region.x;
    region.height = run.row + 1 - region.y;
    region.area += run.end - run.begin;
    // Every fourth row is enough to know what the region is like.
    if ((run.row - region.y) % 4 == 0) {
        sums_[index].pixels += run.end - run.begin;
        addRow(
            planes.picture.row(run.row), planes.background.median(run.row), planes.background.age(run.row),
            planes.restingAge, run.begin, run.end, sums_[index].resting, sums_[index].difference);
    }
}

std::vector<ocv_motion_region> &RegionFinder::find(const BitMask &mask, const Planes &planes) {
    collectRuns(mask);
    regions_.clear();
    sums_.clear();
    std::fill_n(regionOfRun_.begin(), runs_.size(), -1);
    for (size_t i = 0; i < runs_.size(); i++) {
        const auto top = static_cast<size_t>(root(static_cast<int32_t>(i)));
        if (top == i) {
            if (regions_.size() == maximumRegions) { overflowed_ = true; break; }
            regionOfRun_[i] = static_cast<int32_t>(regions_.size());
            regions_.push_back({runs_[i].begin, runs_[i].row, 0, 0, 0, 0, 0});
            sums_.push_back({});
        }
        extend(static_cast<size_t>(regionOfRun_[top]), runs_[i], planes);
    }
    for (size_t i = 0; i < regions_.size(); i++) {
        regions_[i].contrast = static_cast<float>(sums_[i].difference) / static_cast<float>(sums_[i].pixels);
        regions_[i].resting_area = static_cast<int32_t>(
            static_cast<int64_t>(regions_[i].area) * sums_[i].resting / sums_[i].pixels);
    }
    return regions_;
}

ocv_motion_region *RegionFinder::regionOf(size_t run) {
    const int32_t index = regionOfRun_[static_cast<size_t>(root(static_cast<int32_t>(run)))];
    return index >= 0 ? &regions_[static_cast<size_t>(index)] : nullptr;
}

void RegionFinder::weighEdges(const Background &background, Background::Picture picture) {
    for (size_t i = 0; i < runs_.size(); i++) {
        const ocv_motion_region *region = regionOf(i);
        if (region == nullptr || !isResting(*region)) continue;
        Sums &sums = sums_[static_cast<size_t>(region - regions_.data())];
        const uint8_t *median = background.median(runs_[i].row), *row = picture.row(runs_[i].row);
        for (const int end : {runs_[i].begin, runs_[i].end}) {
            sums.backgroundEdge += edgeAt(median, end, width_);
            sums.pictureEdge += edgeAt(row, end, width_);
        }
    }
}

void RegionFinder::healGhosts(Background &background, Background::Picture picture) {
    weighEdges(background, picture);
    for (size_t i = 0; i < runs_.size(); i++) {
        ocv_motion_region *region = regionOf(i);
        if (region == nullptr || !sums_[static_cast<size_t>(region - regions_.data())].isGhost()) continue;
        const int begin = std::max(runs_[i].begin - 2, 0), end = std::min(runs_[i].end + 2, width_);
        background.learn(picture, runs_[i].row, begin, end);
        region->area = 0;
    }
}

}  // namespace vision
