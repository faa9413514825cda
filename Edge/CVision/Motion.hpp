#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "Background.hpp"
#include "BitMask.hpp"
#include "Polygons.hpp"
#include "Regions.hpp"
#include "Steady.hpp"
#include "include/cvision.h"

namespace vision {

/// Luma planes of one stream in, regions that differ from its background out.
///
/// The background has coordinates of its own: those of the picture when it was learned. A `Shift` leads from there to
/// the picture of today.
class Motion {
public:
    explicit Motion(const ocv_motion_settings &settings) : settings_(settings) {}

    /// Polygons as shares of the picture.
    void setMask(Polygons polygons);

    void update(
        const uint8_t *luma, ptrdiff_t stride, int width, int height, double elapsed, ocv_motion_region *regions,
        int32_t capacity, ocv_motion_result &result);

    /// The plane for inspection, or an empty vector before the first picture.
    std::vector<uint8_t> plane(int which) const;

private:
    struct Source {
        const uint8_t *luma;
        ptrdiff_t stride;
    };

    void restart(int width, int height);
    void drawMask();
    void scale(Source source);
    void scaleRow(Source source, int y);
    bool looksQuiet(Source source);
    bool needsOnlyALook(Source source, double elapsed);
    void matchExposure(double elapsed);
    void fillBeyondPicture();
    Background::Picture picture(Shift shift) const;
    BackgroundStep nextStep(double elapsed);
    void learnAnew();
    double judge(double elapsed);
    void clean();
    bool lightChanged(double share, double elapsed);
    bool isTooSmall(const ocv_motion_region &region) const;
    void report(ocv_motion_region *regions, int32_t capacity, ocv_motion_result &result);
    double absorbSeconds() const;

    ocv_motion_settings settings_;
    Polygons polygons_;
    int frameWidth_ = 0, frameHeight_ = 0;
    int width_ = 0, height_ = 0, factorX_ = 1, factorY_ = 1;
    long allowedPixels_ = 0;
    double learnedFor_ = 0, followDebt_ = 0, spreadDebt_ = 0, ageDebt_ = 0, watchDebt_ = 0;
    double settleFor_ = 0, busyFor_ = 0, gain_ = 1;
    double calmFor_ = 0, sinceWhole_ = 0;
    ptrdiff_t pictureStride_ = 0;
    std::vector<uint8_t> picture_;
    std::vector<uint16_t> sums_;
    Background background_;
    Steady steady_;
    BitMask foreground_, scratch_, allowed_;
    RegionFinder finder_;
};

}  // namespace vision
