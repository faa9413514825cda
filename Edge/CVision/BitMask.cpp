#include "BitMask.hpp"

#include <algorithm>
#include <cstring>

#include "Kernel.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace vision {
namespace {

// The bits of 64 bytes that are 0 or 255, the first byte lowest.
inline uint64_t gatherWord(const uint8_t *bytes) {
    uint64_t word = 0;
#if defined(__SSE2__)
    for (int part = 0; part < 4; part++) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes + 16 * part));
        word |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(block))) << (16 * part);
    }
#else
    for (int part = 0; part < 8; part++) {
        uint64_t block;
        std::memcpy(&block, bytes + 8 * part, sizeof block);
        word |= (((block & 0x0101010101010101u) * 0x0102040810204080u) >> 56) << (8 * part);
    }
#endif
    return word;
}

}  // namespace

BitMask::BitMask(int wordsPerRow, int height)
    : wordsPerRow_(wordsPerRow), height_(height),
      words_(static_cast<size_t>(wordsPerRow) * static_cast<size_t>(height), 0) {}

void BitMask::packRow(int y, const uint8_t *bytes) {
    uint64_t *words = row(y);
    for (int i = 0; i < wordsPerRow_; i++) words[i] = gatherWord(bytes + 64 * i);
}

void BitMask::intersect(const BitMask &other) {
    for (size_t i = 0; i < words_.size(); i++) words_[i] &= other.words_[i];
}

void BitMask::subtract(const BitMask &other) {
    for (size_t i = 0; i < words_.size(); i++) words_[i] &= ~other.words_[i];
}

void BitMask::clear() { std::fill(words_.begin(), words_.end(), 0); }

long BitMask::count() const {
    long total = 0;
    for (const uint64_t word : words_) total += __builtin_popcountll(word);
    return total;
}

void BitMask::dilateAcross(int radius) {
    for (int y = 0; y < height_; y++) {
        uint64_t *words = row(y);
        for (int step = 0; step < radius; step++) {
            uint64_t left = 0;
            for (int i = 0; i < wordsPerRow_; i++) {
                const uint64_t word = words[i];
                const uint64_t right = i + 1 < wordsPerRow_ ? words[i + 1] << 63 : 0;
                words[i] = word | (word << 1) | left | (word >> 1) | right;
                left = word >> 63;
            }
        }
    }
}

void BitMask::erodeAcross(int radius) {
    for (int y = 0; y < height_; y++) {
        uint64_t *words = row(y);
        for (int step = 0; step < radius; step++) {
            uint64_t left = 1;  // the border does not erode: objects leave the picture through it
            for (int i = 0; i < wordsPerRow_; i++) {
                const uint64_t word = words[i];
                const uint64_t right = (i + 1 < wordsPerRow_ ? words[i + 1] : 1) << 63;
                words[i] = word & ((word << 1) | left) & ((word >> 1) | right);
                left = word >> 63;
            }
        }
    }
}

void BitMask::dilateDown(int radius, BitMask &scratch) {
    for (int step = 0; step < radius; step++) {
        scratch.words_.swap(words_);
        for (int y = 0; y < height_; y++) {
            const uint64_t *above = scratch.row(std::max(y - 1, 0));
            const uint64_t *here = scratch.row(y);
            const uint64_t *below = scratch.row(std::min(y + 1, height_ - 1));
            uint64_t *out = row(y);
            for (int i = 0; i < wordsPerRow_; i++) out[i] = above[i] | here[i] | below[i];
        }
    }
}

void BitMask::erodeDown(int radius, BitMask &scratch) {
    for (int step = 0; step < radius; step++) {
        scratch.words_.swap(words_);
        for (int y = 0; y < height_; y++) {
            const uint64_t *above = scratch.row(std::max(y - 1, 0));
            const uint64_t *here = scratch.row(y);
            const uint64_t *below = scratch.row(std::min(y + 1, height_ - 1));
            uint64_t *out = row(y);
            for (int i = 0; i < wordsPerRow_; i++) out[i] = above[i] & here[i] & below[i];
        }
    }
}

}  // namespace vision
