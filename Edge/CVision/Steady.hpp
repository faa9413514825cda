#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "Background.hpp"

namespace vision {

/// A translation in working pixels: what the background shows at (x, y) the picture shows at (x + x, y + y).
struct Shift {
    int x = 0, y = 0;
    bool operator==(const Shift &other) const { return x == other.x && y == other.y; }
};

/// Follows a camera that shakes or slowly turns, by the median move of small blocks with corners in them.
///
/// Vehicles cover some blocks; the median of the others decides. Costs a few microseconds while the camera stands.
class Steady {
public:
    /// The farthest shift that is followed.
    static constexpr int reach = 8;

    Steady() = default;
    Steady(int width, int height);

    /// Chooses the blocks to watch: those of the background with the most structure across and down.
    void chooseBlocks(const Background &background);
    /// The shift of the picture against the background, near the last one; `picture` may be read `reach` + 16 pixels
    /// around.
    Shift find(const Background &background, Background::Picture picture);

    Shift last() const { return last_; }
    void restart() { last_ = {}; }

private:
    static constexpr int blockSize = 16;
    static constexpr size_t maximumBlocks = 24;

    struct Block {
        int x, y, structure;
    };

    Shift search(const Block &block, const Background &background, Background::Picture picture, int radius) const;
    bool vote(const Background &background, Background::Picture picture, int radius);

    int width_ = 0, height_ = 0;
    Shift last_;
    std::vector<Block> blocks_;
    std::vector<int> votesX_, votesY_;
};

}  // namespace vision
