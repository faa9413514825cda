#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "Background.hpp"
#include "BitMask.hpp"
#include "Regions.hpp"
#include "include/cvision.h"

namespace vision {

/// Luma planes of one stream in, regions that differ from its background out.
class Motion {
public:
    explicit Motion(const ocv_motion_settings &settings) : settings_(settings) {}

    /// Polygons as shares of the picture.
    void setMask(const double *points, const int32_t *counts, int32_t polygonCount);

    void update(
        const uint8_t *luma, ptrdiff_t stride, int width, int height, double elapsed, ocv_motion_region *regions,
        int32_t capacity, ocv_motion_result &result);

    /// The plane for inspection, or an empty vector before the first picture.
    std::vector<uint8_t> plane(int which) const;

private:
    struct Polygon {
        std::vector<double> points;
    };

    void restart(int width, int height);
    void drawMask();
    void scale(const uint8_t *luma, ptrdiff_t stride);
    BackgroundStep nextStep(double elapsed);
    void clean();
    bool lightingChanged(double share, double elapsed);
    void report(ocv_motion_region *regions, int32_t capacity, ocv_motion_result &result);

    ocv_motion_settings settings_;
    std::vector<Polygon> polygons_;
    int frameWidth_ = 0, frameHeight_ = 0;
    int width_ = 0, height_ = 0, stride_ = 0, factorX_ = 1, factorY_ = 1;
    long allowedPixels_ = 0;
    double age_ = 0, followDebt_ = 0, spreadDebt_ = 0, ageDebt_ = 0, relearnFor_ = 0;
    std::vector<uint8_t> picture_;
    std::vector<uint16_t> sums_;
    Background background_;
    BitMask foreground_, scratch_, allowed_;
    RegionFinder finder_;
};

}  // namespace vision
