#pragma once

#include <cstdint>
#include <vector>

#include "Background.hpp"
#include "BitMask.hpp"
#include "include/cvision.h"

namespace vision {

/// Finds the 8-connected regions of a mask in one pass over its runs, in memory that is reserved once.
class RegionFinder {
public:
    RegionFinder() = default;
    RegionFinder(int width, int height);

    /// What is measured inside a region.
    struct Planes {
        const Background &background;
        Background::Picture picture;
        int restingAge;
    };

    /// The regions of `mask`, in no order.
    std::vector<ocv_motion_region> &find(const BitMask &mask, const Planes &planes);

    /// Takes regions into the background that have come to rest and are no objects: places that an object has left,
    /// patches of light.
    /// Their area becomes 0. To be called after `find`, before the regions are sorted.
    void healGhosts(Background &background, Background::Picture picture);

    /// True when the mask was so torn that runs had to be left out.
    bool overflowed() const { return overflowed_; }

private:
    struct Run {
        int32_t row, begin, end, parent;
    };

    struct Sums {
        int32_t pixels = 0, resting = 0, difference = 0, backgroundEdge = 0, pictureEdge = 0;

        // An object that stands there has edges that the background has not. Where an object has left, or only the
        // light has changed, the background's are as strong.
        bool isGhost() const { return backgroundEdge > 0 && pictureEdge * 3 < backgroundEdge * 4; }
    };

    void weighEdges(const Background &background, Background::Picture picture);

    static constexpr size_t maximumRuns = 32768;
    static constexpr size_t maximumRegions = 4096;

    void collectRuns(const BitMask &mask);
    /// Joins a run to the runs of the row above that touch it; false when there is no room.
    bool addRun(Run run, size_t &above, size_t aboveEnd);
    int32_t root(int32_t run);
    ocv_motion_region *regionOf(size_t run);
    void extend(size_t region, const Run &run, const Planes &planes);

    int width_ = 0, height_ = 0;
    bool overflowed_ = false;
    std::vector<Run> runs_;
    std::vector<int32_t> regionOfRun_;
    std::vector<ocv_motion_region> regions_;
    std::vector<Sums> sums_;
};

}  // namespace vision
