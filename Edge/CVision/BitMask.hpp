#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vision {

/// A picture of one bit a pixel: rows of 64-bit words, the leftmost pixel in the lowest bit.
///
/// Morphology on words costs microseconds where it costs tenths of a millisecond on bytes. Outside is empty.
class BitMask {
public:
    BitMask() = default;
    BitMask(int wordsPerRow, int height);

    int wordsPerRow() const { return wordsPerRow_; }
    int height() const { return height_; }
    uint64_t *row(int y) { return words_.data() + static_cast<size_t>(y) * static_cast<size_t>(wordsPerRow_); }
    const uint64_t *row(int y) const {
        return words_.data() + static_cast<size_t>(y) * static_cast<size_t>(wordsPerRow_);
    }

    /// Sets the bits of row `y` from bytes that are 0 or 255; `bytes` holds 64 a word.
    void packRow(int y, const uint8_t *bytes);
    /// Keeps only what is set in both.
    void intersect(const BitMask &other);
    /// Drops what is set in the other.
    void subtract(const BitMask &other);
    void clear();
    long count() const;

    /// Grows by `radius` pixels to the left and right, within the words of the row.
    void dilateAcross(int radius);
    /// Shrinks by `radius` pixels from the left and right.
    void erodeAcross(int radius);
    /// Grows by `radius` rows up and down; `scratch` has the same shape.
    void dilateDown(int radius, BitMask &scratch);
    /// Shrinks by `radius` rows from above and below.
    void erodeDown(int radius, BitMask &scratch);

private:
    int wordsPerRow_ = 0;
    int height_ = 0;
    std::vector<uint64_t> words_;
};

}  // namespace vision
