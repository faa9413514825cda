#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "Background.hpp"
#include "include/cvision.h"

namespace vision {

/// Cuts cast shadows off the sides of regions, and regions apart that only a shadow joins.
///
/// A shadow darkens the ground evenly: its pixels are to the background as those beside them. So are the dull sides of
/// a dark vehicle; but no whole column of a vehicle is, with its windows, lamps and edges. A region that is dull for
/// the most part is left alone. The lower edge is left alone too: that is where tyres are.
class Shadows {
public:
    Shadows() = default;
    explicit Shadows(size_t maximumRegions);

    /// Begins a picture: makes room for the columns of the regions that are wide enough to be cut.
    void begin(const std::vector<ocv_motion_region> &regions);
    /// Looks at a stretch of one row of region number `region`.
    void add(
        size_t region, const ocv_motion_region &box, const Background &background, Background::Picture picture, int row,
        int begin, int end);
    /// Cuts the regions; parts are added at the end of `regions` as long as its capacity lasts.
    void cut(std::vector<ocv_motion_region> &regions) const;

private:
    static constexpr int narrowest = 8;
    static constexpr size_t maximumColumns = 16384;
    static constexpr int32_t nowhere = -1;

    struct Part {
        int begin, end;
        int area, solid, top, bottom;

        // The rim of a shadow is not even, but narrow and mostly shadow.
        bool isRim() const { return end - begin < 4 || solid * 2 < area; }
    };

    bool isGap(size_t column) const { return solid_[column] * 8 <= filled_[column]; }
    bool isDull(size_t from, int width) const;
    Part partAt(size_t from, int begin, int width) const;

    std::vector<int32_t> offset_;
    std::vector<uint16_t> solid_, filled_, first_, last_;
};

}  // namespace vision
