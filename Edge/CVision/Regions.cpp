#include "Regions.hpp"

#include <algorithm>
#include <cstdlib>

namespace vision {

RegionFinder::RegionFinder(int width, int height, int stride) : width_(width), height_(height), stride_(stride) {
    runs_.reserve(maximumRuns);
    regionOfRun_.resize(maximumRuns);
    regions_.reserve(maximumRegions);
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

void RegionFinder::measure(const Run &run, const Planes &planes, ocv_motion_region &region) const {
    const auto offset = static_cast<size_t>(run.row) * static_cast<size_t>(stride_) + static_cast<size_t>(run.begin);
    const int count = run.end - run.begin;
    int resting = 0;
    int difference = 0;
    for (int i = 0; i < count; i++) {
        const size_t at = offset + static_cast<size_t>(i);
        resting += planes.age[at] >= planes.restingAge;
        difference += std::abs(planes.picture[at] - planes.background[at]);
    }
    const int right = std::max(region.x + region.width, run.end);
    region.x = std::min(region.x, run.begin);
    region.width = right - region.x;
    region.height = run.row + 1 - region.y;
    region.area += count;
    region.resting_area += resting;
    region.contrast += static_cast<float>(difference);
}

std::vector<ocv_motion_region> &RegionFinder::find(const BitMask &mask, const Planes &planes) {
    collectRuns(mask);
    regions_.clear();
    for (size_t i = 0; i < runs_.size(); i++) {
        const auto top = static_cast<size_t>(root(static_cast<int32_t>(i)));
        if (top == i) {
            if (regions_.size() == maximumRegions) { overflowed_ = true; break; }
            regionOfRun_[i] = static_cast<int32_t>(regions_.size());
            regions_.push_back({runs_[i].begin, runs_[i].row, 0, 0, 0, 0, 0});
        }
        measure(runs_[i], planes, regions_[static_cast<size_t>(regionOfRun_[top])]);
    }
    for (ocv_motion_region &region : regions_) region.contrast /= static_cast<float>(std::max(region.area, 1));
    return regions_;
}

}  // namespace vision
