#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "Guard.hpp"

namespace vision {

/// Masks: each polygon as x, y, x, y …, in shares of the picture.
using Polygons = std::vector<std::vector<double>>;

/// Reads polygons as they come through the door: the points of all of them behind each other, and how many each has.
inline Polygons readPolygons(const double *points, const int32_t *counts, int32_t polygonCount) {
    require(polygonCount >= 0, "polygon_count is negative");
    require(polygonCount == 0 || (points != nullptr && counts != nullptr), "points or counts is NULL");
    Polygons polygons;
    for (int32_t i = 0; i < polygonCount; i++) {
        require(counts[i] >= 3, "a polygon has at least 3 points");
        const double *end = points + 2 * static_cast<size_t>(counts[i]);
        for (const double *value = points; value < end; value++) {
            require(std::isfinite(*value), "a point is not finite");
        }
        polygons.emplace_back(points, end);
        points = end;
    }
    return polygons;
}

}  // namespace vision
