#pragma once

#include <array>
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
    void clear();
    long count() const;

    /// Grows by a pixel to the left and right, within the words of the row.
    void dilateAcross();
    /// Shrinks by a pixel from the left and right.
    void erodeAcross();
    /// Grows by two rows up and down; `scratch` has the same shape.
    void dilateDown(BitMask &scratch);
    /// Shrinks by two rows from above and below.
    void erodeDown(BitMask &scratch);

    /// A row with the two above and the two below it; beyond the picture the outermost row stands again.
    using Rows = std::array<const uint64_t *, 5>;

private:
    int wordsPerRow_ = 0;
    int height_ = 0;
    std::vector<uint64_t> words_;
    std::vector<uint64_t> padded_;

    Rows around(int y) const;
};

}  // namespace vision
