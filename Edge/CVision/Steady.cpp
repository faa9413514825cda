#include "Steady.hpp"

#include <algorithm>
#include <cstdlib>

#include "Kernel.hpp"

namespace vision {
namespace {

KERNEL int blockDifference(const uint8_t *a, ptrdiff_t strideA, const uint8_t *b, ptrdiff_t strideB) {
    int sum = 0;
    for (int y = 0; y < 16; y++) {
        for (int x = 0; x < 16; x++) sum += std::abs(a[y * strideA + x] - b[y * strideB + x]);
    }
    return sum;
}

// The lesser of the gradients across and down: an edge alone says nothing about a move along it.
int structureAt(const Background &background, int left, int top, int size) {
    int across = 0, down = 0;
    for (int y = top; y < top + size; y++) {
        const uint8_t *row = background.median(y), *next = background.median(y + 1);
        for (int x = left; x < left + size; x++) {
            across += std::abs(row[x + 1] - row[x]);
            down += std::abs(next[x] - row[x]);
        }
    }
    return std::min(across, down);
}

int median(std::vector<int> &values) {
    const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

Steady::Steady(int width, int height) : width_(width), height_(height) {
    blocks_.reserve(256);
    votesX_.reserve(maximumBlocks);
    votesY_.reserve(maximumBlocks);
}

void Steady::chooseBlocks(const Background &background) {
    blocks_.clear();
    const int border = reach + 1;
    const int stepX = std::max(blockSize, width_ / 16), stepY = std::max(blockSize, height_ / 12);
    for (int y = border; y + blockSize + border < height_; y += stepY) {
        for (int x = border; x + blockSize + border < width_; x += stepX) {
            const int structure = structureAt(background, x, y, blockSize);
            if (structure >= 3 * blockSize * blockSize && blocks_.size() < blocks_.capacity())
                blocks_.push_back({x, y, structure});
        }
    }
    std::sort(blocks_.begin(), blocks_.end(), [](auto &a, auto &b) { return a.structure > b.structure; });
    if (blocks_.size() > maximumBlocks) blocks_.resize(maximumBlocks);
}

Shift Steady::search(
    const Block &block, const Background &background, Background::Picture picture, int radius) const {
    const uint8_t *reference = background.median(block.y) + block.x;
    const auto differenceAt = [&](int dx, int dy) {
        return blockDifference(reference, background.stride(), picture.row(block.y + dy) + block.x + dx, picture.stride);
    };
    Shift best = last_;
    // A move must be clearly better than none: noise decides nothing.
    int least = differenceAt(last_.x, last_.y) * 7 / 8;
    for (int dy = std::max(last_.y - radius, -reach); dy <= std::min(last_.y + radius, reach); dy++) {
        for (int dx = std::max(last_.x - radius, -reach); dx <= std::min(last_.x + radius, reach); dx++) {
            const int difference = differenceAt(dx, dy);
            if (difference >= least) continue;
            least = difference;
            best = {dx, dy};
        }
    }
    return best;
}

bool Steady::vote(const Background &background, Background::Picture picture, int radius) {
    votesX_.clear();
    votesY_.clear();
    for (const Block &block : blocks_) {
        const Shift shift = search(block, background, picture, radius);
        votesX_.push_back(shift.x);
        votesY_.push_back(shift.y);
    }
    const auto votes = static_cast<int>(votesX_.size());
    const Shift found{median(votesX_), median(votesY_)};
    const auto near = [](const std::vector<int> &values, int middle) {
        return std::count_if(values.begin(), values.end(), [=](int value) { return std::abs(value - middle) <= 1; });
    };
    const bool agreed = std::min(near(votesX_, found.x), near(votesY_, found.y)) * 2 >= votes;
    const bool inside = std::max(std::abs(found.x - last_.x), std::abs(found.y - last_.y)) < radius;
    if (agreed) last_ = found;
    return agreed && inside;
}

Shift Steady::find(const Background &background, Background::Picture picture) {
    constexpr size_t fewestBlocks = 5;
    if (blocks_.size() < fewestBlocks) {
        last_ = {};
    } else if (!vote(background, picture, 2)) {
        vote(background, picture, 2 * reach);
    }
    return last_;
}

}  // namespace vision
