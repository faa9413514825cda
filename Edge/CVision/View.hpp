#pragma once

#include <array>
#include <vector>

#include "PictureMeter.hpp"

namespace vision {

/// A picture that a camera showed while all was well: tells whether another shows the same place from the same spot.
///
/// Compares gradients of small blocks by their correlation, so that neither the amount of light nor its direction
/// matters much. Blocks that vehicles cover fail; the others decide.
class View {
public:
    View(const uint8_t *pixels, int width, int height, const float *sharpness);

    /// `isWide`: blocks that are not in their place are looked for, however far away.
    ocv_view_match match(const PictureMeter &meter, bool isWide) const;

private:
    static constexpr int blockSize = 16;
    static constexpr size_t mostBlocks = 40;

    struct Block {
        int x, y, structure;
        float sum, spread;
    };
    struct Place {
        int x = 0, y = 0;
        float likeness = -1;
    };

    void chooseBlocks();
    float likeness(const Block &block, const GreyPicture &picture, int x, int y) const;
    Place find(const Block &block, const GreyPicture &picture, Place around, int reach) const;
    Place globalShift(const GreyPicture &picture) const;
    void matchWide(const GreyPicture &picture, ocv_view_match &match) const;
    float sharpShare(const Cells &cells) const;

    GreyPicture picture_;
    std::array<float, Cells::count> sharpness_{}, detail_{};
    std::vector<Block> blocks_;
};

}  // namespace vision
