#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "Polygons.hpp"
#include "include/cvision.h"

namespace vision {

/// What is measured of each cell of a picture.
struct Cells {
    static constexpr int columns = OCV_PICTURE_COLUMNS, rows = OCV_PICTURE_ROWS, count = OCV_PICTURE_CELLS;
    /// Mean grey level, mean gradient of the working picture, mean squared gradient of the frame's own pixels.
    std::array<float, count> mean{}, detail{}, sharpness{};
};

/// Working pixels of which everything but the frame's sharpness is measured.
struct GreyPicture {
    int width = 0, height = 0;
    std::vector<uint8_t> pixels, gradient;

    GreyPicture() = default;
    GreyPicture(int width, int height);

    /// Computes `gradient`: |across| + |down| of each pixel, at most 255, 0 at the border.
    void derive();
    const uint8_t *gradientAt(int x, int y) const { return gradient.data() + static_cast<ptrdiff_t>(y) * width + x; }
    /// Whether it is large enough to be divided into cells.
    bool hasCells() const { return width >= 4 * Cells::columns && height >= 4 * Cells::rows; }
    /// The mean gradient of a cell.
    float detail(int column, int row) const;
};

/// Levels of gradient from which a cell shows something.
constexpr float leastDetail = 5;
/// Cells with detail below which nothing is said about them.
constexpr int fewestCells = 30;
/// A cell that has less than this share of its gradient has lost it; of its squared gradient, it is blurred.
constexpr float lostBelow = 0.3f, blurredBelow = 0.35f;

/// Looks at the condition of one camera's picture.
class PictureMeter {
public:
    /// Polygons as shares of the picture.
    void setMask(Polygons polygons);
    ocv_picture_reading look(const uint8_t *luma, ptrdiff_t stride, int width, int height, bool isFullRange);
    void learn();
    void gather(bool isFirst);
    void copyGathered(uint8_t *pixels, size_t capacity, float *sharpness) const;

    const GreyPicture &picture() const { return picture_; }
    const Cells &cells() const { return now_; }

private:
    void restart(int width, int height);
    void drawMask();
    void scale(const uint8_t *luma, ptrdiff_t stride);
    void measureLight(ocv_picture_reading &reading, bool isFullRange) const;
    void measureCells(const uint8_t *luma, ptrdiff_t stride);
    void measureFrame(const uint8_t *luma, ptrdiff_t stride, int column, int row, size_t cell);
    float compareWithBefore(int allowed);
    void compareWithLately(ocv_picture_reading &reading) const;

    Polygons polygons_;
    int frameWidth_ = 0, frameHeight_ = 0, factorX_ = 1, factorY_ = 1;
    GreyPicture picture_;
    std::vector<uint8_t> thirds_;
    std::vector<uint16_t> sums_, gathered_;
    /// What tells the pixels of each cell from others.
    using Prints = std::array<uint64_t, Cells::count>;

    std::array<bool, Cells::count> isAllowed_{};
    Prints prints_{};
    /// The last pictures that differed, newest first: an encoder makes two or three of a picture that stands still.
    std::array<Prints, 3> before_{};
    std::array<float, Cells::count> gatheredSharpness_{};
    Cells now_, lately_;
    int looks_ = 0, learned_ = 0, gatheredCount_ = 0;
};

}  // namespace vision
