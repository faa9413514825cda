#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vision {

/// What one step of the background does besides telling foreground from background; all derived from elapsed time.
struct BackgroundStep {
    /// Levels by which background pixels follow the picture.
    uint8_t follow = 0;
    /// Levels by which the thresholds follow the noise.
    uint8_t spread = 0;
    /// How much older resting foreground grows.
    uint8_t age = 0;
    /// The age at which resting foreground becomes background.
    uint8_t absorbAge = 255;

    /// Levels by which every threshold is higher in this step.
    uint8_t tolerance = 0;

    /// Whether the background moves at all in this step; in between it is not even read.
    bool learns() const { return follow > 0 || spread > 0; }
};

/// Where the planes of one row begin.
struct BackgroundRow {
    uint8_t *median, *threshold, *candidate, *age, *foreground;
    const uint8_t *low, *high;
};

/// A running median of every pixel with its own threshold, in bytes: 32 pixels an instruction with AVX2.
///
/// The median follows by whole levels, so a vehicle that passes does not smear it as it would a mean. A pixel is
/// foreground when it lies outside the range of the medians around it by more than its threshold: an edge that
/// trembles by a pixel is none. The threshold follows a multiple of the usual difference (noise) and rises with each
/// change from background to foreground (leaves, water). Foreground that keeps its value grows old and in the end
/// becomes background.
class Background {
public:
    Background() = default;
    /// `stride` is a multiple of 64.
    Background(int stride, int height, uint8_t minimumThreshold, uint8_t maximumThreshold);

    /// A picture to judge: its first pixel and the bytes from row to row. Rows may be read up to the stride of planes.
    struct Picture {
        const uint8_t *pixels;
        ptrdiff_t stride;
        const uint8_t *row(int y) const { return pixels + y * stride; }
    };

    /// Takes the picture as background.
    void learn(Picture picture);
    /// Takes a stretch of one row of the picture as background.
    void learn(Picture picture, int y, int begin, int end);
    /// Judges row `y` and learns from it; the result is 0 or 255 a pixel and lasts until the next call.
    const uint8_t *updateRow(Picture picture, int y, BackgroundStep step);
    /// Judges row `y` and learns nothing; the result is 0 or 255 a pixel and lasts until the next call.
    const uint8_t *lookAtRow(Picture picture, int y);
    /// Renews the ranges of medians after they have moved.
    void renewRanges();

    int stride() const { return stride_; }
    int height() const { return height_; }
    const uint8_t *median(int y) const { return median_.data() + margin + at(y); }
    const uint8_t *threshold(int y) const { return threshold_.data() + at(y); }
    const uint8_t *age(int y) const { return age_.data() + at(y); }

private:
    // Ranges look one pixel beyond both ends of the medians.
    static constexpr size_t margin = 64;

    BackgroundRow rowAt(int y);
    size_t at(int y) const { return static_cast<size_t>(y) * static_cast<size_t>(stride_); }

    int stride_ = 0, height_ = 0;
    uint8_t minimumThreshold_ = 0, maximumThreshold_ = 0;
    std::vector<uint8_t> median_, low_, high_, threshold_, candidate_, age_, foreground_;
};

}  // namespace vision
