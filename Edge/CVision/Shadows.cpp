#include "Shadows.hpp"

#include <algorithm>

#include "Kernel.hpp"

namespace vision {
namespace {

// Counts the pixels of a row, and those that no shadow explains, into columns. A shadow leaves between 2/5 and 4/5 of
// the light (sun against sky: measured 0.5 to 0.75 on asphalt), the same as two pixels to the left or right within 1/16.
KERNEL void addColumns(
    const uint8_t *picture, const uint8_t *median, int count, uint16_t row, uint16_t *solid, uint16_t *filled,
    uint16_t *first, uint16_t *last) {
    for (int x = 0; x < count; x++) {
        const int value = picture[x], ground = median[x];
        const int left = value * median[x - 2] - picture[x - 2] * ground;
        const int right = value * median[x + 2] - picture[x + 2] * ground;
        const int leftLimit = ground * median[x - 2], rightLimit = ground * median[x + 2];
        const int isEven = ((left < 0 ? -left : left) * 16 <= leftLimit) | ((right < 0 ? -right : right) * 16 <= rightLimit);
        const int isShadow = isEven & (value * 5 >= ground * 2) & (value * 5 <= ground * 4);
        solid[x] = static_cast<uint16_t>(solid[x] + 1 - isShadow);
        filled[x] = static_cast<uint16_t>(filled[x] + 1);
        first[x] = std::min(first[x], row);
        last[x] = row;
    }
}

}  // namespace

Shadows::Shadows(size_t maximumRegions)
    : solid_(maximumColumns), filled_(maximumColumns), first_(maximumColumns), last_(maximumColumns) {
    offset_.reserve(maximumRegions);
}

void Shadows::begin(const std::vector<ocv_motion_region> &regions) {
    offset_.clear();
    size_t used = 0;
    for (const ocv_motion_region &region : regions) {
        const auto width = static_cast<size_t>(region.width);
        const bool fits = region.area > 0 && region.width >= narrowest && used + width <= maximumColumns;
        offset_.push_back(fits ? static_cast<int32_t>(used) : nowhere);
        if (fits) used += width;
    }
    std::fill_n(solid_.begin(), used, uint16_t{0});
    std::fill_n(filled_.begin(), used, uint16_t{0});
    std::fill_n(first_.begin(), used, uint16_t{0xFFFF});
}

void Shadows::add(
    size_t region, const ocv_motion_region &box, const Background &background, Background::Picture picture, int row,
    int begin, int end) {
    if (offset_[region] == nowhere) return;
    const size_t column = static_cast<size_t>(offset_[region] + begin - box.x);
    addColumns(
        picture.row(row) + begin, background.median(row) + begin, end - begin, static_cast<uint16_t>(row),
        &solid_[column], &filled_[column], &first_[column], &last_[column]);
}

// Whether less than a third of it is anything but dull.
bool Shadows::isDull(size_t from, int width) const {
    long solid = 0, filled = 0;
    for (size_t i = from; i < from + static_cast<size_t>(width); i++) {
        solid += solid_[i];
        filled += filled_[i];
    }
    return solid * 3 < filled;
}

// The next part at or after column `begin`; empty at the end of the region. One column of shadow does not part.
Shadows::Part Shadows::partAt(size_t from, int begin, int width) const {
    const auto gap = [&](int i) { return isGap(from + static_cast<size_t>(i)); };
    while (begin < width && gap(begin)) begin++;
    Part part{begin, begin, 0, 0, 0xFFFF, 0};
    while (part.end < width && !(gap(part.end) && (part.end + 1 == width || gap(part.end + 1)))) {
        const size_t column = from + static_cast<size_t>(part.end++);
        part.area += filled_[column];
        part.solid += solid_[column];
        part.top = std::min<int>(part.top, first_[column]);
        part.bottom = std::max<int>(part.bottom, last_[column] + 1);
    }
    return part;
}

void Shadows::cut(std::vector<ocv_motion_region> &regions) const {
    for (size_t i = 0; i < offset_.size(); i++) {
        if (offset_[i] == nowhere || regions[i].area == 0) continue;
        const ocv_motion_region whole = regions[i];
        const auto from = static_cast<size_t>(offset_[i]);
        if (isDull(from, whole.width)) continue;
        bool isFirst = true;
        for (Part part = partAt(from, 0, whole.width); part.end > part.begin;
             part = partAt(from, part.end, whole.width)) {
            if (part.isRim()) continue;
            ocv_motion_region piece = whole;
            piece.x = whole.x + part.begin;
            piece.width = part.end - part.begin;
            piece.y = part.top;
            piece.height = part.bottom - part.top;
            piece.area = part.area;
            piece.resting_area = static_cast<int32_t>(static_cast<int64_t>(whole.resting_area) * part.area / whole.area);
            if (isFirst) {
                regions[i] = piece;
            } else if (regions.size() < regions.capacity()) {
                regions.push_back(piece);
            }
            isFirst = false;
        }
    }
}

}  // namespace vision
