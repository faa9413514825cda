#pragma once

#include <cstdint>
#include <vector>

#include "BitMask.hpp"
#include "include/cvision.h"

namespace vision {

/// Finds the 8-connected regions of a mask in one pass over its runs, in memory that is reserved once.
class RegionFinder {
public:
    RegionFinder() = default;
    RegionFinder(int width, int height, int stride);

    /// What is measured inside a region; planes of `stride` bytes a row.
    struct Planes {
        const uint8_t *picture;
        const uint8_t *background;
        const uint8_t *age;
        int restingAge;
    };

    /// The regions of `mask`, in no order.
    std::vector<ocv_motion_region> &find(const BitMask &mask, const Planes &planes);

    /// True when the mask was so torn that runs had to be left out.
    bool overflowed() const { return overflowed_; }

private:
    struct Run {
        int32_t row, begin, end, parent;
    };

    static constexpr size_t maximumRuns = 32768;
    static constexpr size_t maximumRegions = 4096;

    void collectRuns(const BitMask &mask);
    /// Joins a run to the runs of the row above that touch it; false when there is no room.
    bool addRun(Run run, size_t &above, size_t aboveEnd);
    int32_t root(int32_t run);
    void measure(const Run &run, const Planes &planes, ocv_motion_region &region) const;

    int width_ = 0, height_ = 0, stride_ = 0;
    bool overflowed_ = false;
    std::vector<Run> runs_;
    std::vector<int32_t> regionOfRun_;
    std::vector<ocv_motion_region> regions_;
};

}  // namespace vision
