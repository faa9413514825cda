#include "Fragments.hpp"

#include <algorithm>

namespace vision {
namespace {

// Only so many of the biggest regions gather fragments: the work stays bounded in a torn picture.
constexpr size_t maximumObjects = 64;
constexpr size_t maximumFragments = 512;

int overlap(int a, int lengthA, int b, int lengthB) {
    return std::max(0, std::min(a + lengthA, b + lengthB) - std::max(a, b));
}

bool isFragment(const ocv_motion_region &part, const ocv_motion_region &object) {
    if (part.area * 3 > object.area) return false;
    const int marginX = object.width / 8 + 1, marginY = object.height / 8 + 1;
    const int across = overlap(part.x, part.width, object.x - marginX, object.width + 2 * marginX);
    const int down = overlap(part.y, part.height, object.y - marginY, object.height + 2 * marginY);
    return across * down * 10 >= part.width * part.height * 7;
}

void join(ocv_motion_region &object, const ocv_motion_region &part) {
    const int right = std::max(object.x + object.width, part.x + part.width);
    const int bottom = std::max(object.y + object.height, part.y + part.height);
    object.x = std::min(object.x, part.x);
    object.y = std::min(object.y, part.y);
    object.width = right - object.x;
    object.height = bottom - object.y;
    const auto whole = static_cast<float>(object.area + part.area);
    object.contrast = (object.contrast * static_cast<float>(object.area) + part.contrast * static_cast<float>(part.area)) / whole;
    object.area += part.area;
    object.resting_area += part.resting_area;
}

}  // namespace

void joinFragments(std::vector<ocv_motion_region> &regions) {
    std::sort(regions.begin(), regions.end(), [](const auto &a, const auto &b) { return a.area > b.area; });
    const size_t objects = std::min(regions.size(), maximumObjects), parts = std::min(regions.size(), maximumFragments);
    for (size_t i = 0; i < objects; i++) {
        for (size_t j = i + 1; j < parts && regions[i].area > 0; j++) {
            if (regions[j].area == 0 || !isFragment(regions[j], regions[i])) continue;
            join(regions[i], regions[j]);
            regions[j].area = 0;
        }
    }
}

}  // namespace vision
